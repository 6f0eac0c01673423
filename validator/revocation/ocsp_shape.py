"""Reads an OCSP response by its likeness to one that was read before.

The responses of one responder differ in a few contents: serial number, times, nonce, signature value. All other
octets, every tag and length among them, are the same; then so is everything that they say (RFC 6960 4.2.1), and only
those contents have to be read. A response that differs in any other octet is read element by element.
"""

from dataclasses import dataclass
from datetime import datetime

from validator.asn1 import der
from validator.asn1.der import Element
from validator.revocation.ocsp_values import NONCE, CertId, OcspResponse, SingleResponse

_MAX_SHAPES, _MAX_OCTETS = 1_024, 8 * 1024
# Up to here a response names its kind and its responder and has none of the contents that differ.
_HEAD = 56

# What SingleResponse(...) does, without the detour through keyword handling: responses are read by the thousand.
_new = tuple.__new__
# By length and head: a response that was read, and once another one began like it, its shape.
_shapes: dict[tuple[int, bytes], "OcspResponse | _Shape"] = {}


@dataclass(frozen=True, slots=True)
class _Shape:
    """A response that was read, where it may differ from its likes, and the ranges of octets where it may not."""

    response: OcspResponse
    serial: Element
    produced_at: Element
    this_update: Element
    next_update: Element | None
    nonce: Element | None
    signature: tuple[int, int]
    fixed: tuple[tuple[int, int, bytes], ...]


def read_alike(data: bytes, sha256_hex: str) -> OcspResponse | None:
    """The response in `data` when it has the shape of one that was read before and no fault, else None."""
    key = (len(data), data[:_HEAD])
    shape = _shapes.get(key)
    if shape is None:
        return None
    if isinstance(shape, OcspResponse):
        shape = _shapes[key] = _shape(shape)
    for start, end, octets in shape.fixed:
        if not data.startswith(octets, start, end):
            return None
    try:
        der.integer(data, shape.serial)
        return _filled(shape, data, sha256_hex)
    except der.DerError:
        # What is wrong with it is said by who reads element by element.
        return None


def _filled(shape: _Shape, data: bytes, sha256_hex: str) -> OcspResponse | None:
    this_update = der.time(data, shape.this_update)
    next_update = None if shape.next_update is None else der.time(data, shape.next_update)
    if next_update is not None and next_update <= this_update:
        return None
    like = shape.response
    single = like.responses[0]
    return like.another(
        data,
        sha256_hex,
        data[shape.signature[0] : shape.signature[1]],
        der.time(data, shape.produced_at),
        (_single(single, shape.serial.contents(data), this_update, next_update),),
        like.nonce if shape.nonce is None else shape.nonce.contents(data),
    )


def _single(like: SingleResponse, serial: bytes, this_update: datetime, next_update: datetime | None) -> SingleResponse:
    own = _new(CertId, (*like.cert_id[:-1], serial))
    return _new(SingleResponse, (own, like.status, this_update, next_update, *like[4:]))


def remember_shape(response: OcspResponse) -> None:
    """Keep a response that was read element by element as a model for the next, when it is the usual one: one answer,
    no fault."""
    data = response.der
    usual = len(response.responses) == 1 and not response.faults and not response.bare
    if not usual or len(data) > _MAX_OCTETS:
        return
    if len(_shapes) >= _MAX_SHAPES:
        _shapes.clear()
    _shapes[len(data), data[:_HEAD]] = response


def _shape(response: OcspResponse) -> _Shape:
    data = response.der
    _, body = der.children(data, der.single(data))
    _, octets = der.children(data, der.explicit(data, body))
    tbs, _, signature = der.children(data, der.explicit(data, octets))[:3]
    _, produced_at, responses, *extensions = der.children(data, tbs)
    (single,) = der.children(data, responses)
    cert_id, _, this_update, *optional = der.children(data, single)
    serial = der.children(data, cert_id)[3]
    next_update = der.explicit(data, optional[0]) if optional and optional[0].tag == 0xA0 else None
    nonce = _nonce(data, extensions[0]) if extensions else None
    # The signature's first octet counts its unused bits, which are none.
    value = (signature.value + 1, signature.end)
    times = [one for one in (produced_at, this_update, next_update, nonce) if one is not None]
    holes = sorted([(one.value, one.end) for one in (serial, *times)] + [value])
    starts, ends = [0, *(end for _, end in holes)], [*(start for start, _ in holes), len(data)]
    fixed = tuple((start, end, data[start:end]) for start, end in zip(starts, ends, strict=True))
    return _Shape(response, serial, produced_at, this_update, next_update, nonce, value, fixed)


def _nonce(data: bytes, extensions: Element) -> Element | None:
    """Where the nonce's octets are, None unless it is an OCTET STRING (RFC 9654 2.1)."""
    for extension in der.children(data, der.explicit(data, extensions)):
        identifier, *_, value = der.children(data, extension)
        if der.oid(data, identifier) == NONCE:
            try:
                inner = der.explicit(data, value)
            except der.DerError:
                return None
            return inner if inner.tag == der.OCTET_STRING else None
    return None
