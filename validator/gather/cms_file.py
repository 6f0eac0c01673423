"""Reads a CMS file: CAdES enveloping and detached, plain CMS, a time-stamp token on its own (EN 319 122-1)."""

import base64
import binascii
import re
from dataclasses import dataclass

from policies.reasons import Reason
from validator.cms import oids, verify
from validator.cms.signed_data import CmsError, SignedData, SignerInfo, parse
from validator.cms.timestamp import token_in_response
from validator.evidence import CoveredObject, TimestampKind
from validator.gather.builder import Builder
from validator.gather.signatures import Content, SignerContext
from validator.gather.source import Source
from validator.gather.tokens import TokenPlace, collect_token

_PEM = re.compile(rb"-----BEGIN (PKCS7|CMS|PKCS #7 SIGNED DATA)-----\s(.*?)-----END", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+\Z")


def binary(octets: bytes) -> bytes | None:
    """The CMS octets of a file that is binary, PEM or plain base64; None when it is none of them."""
    if octets[:1] == b"\x30":
        return octets
    found = _PEM.search(octets[:1024] and octets)
    text = found.group(2) if found else octets
    if not found and (octets[:2] not in (b"MI", b"MD", b"MC") or not _BASE64.match(octets)):
        return None
    try:
        decoded = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded[:1] == b"\x30" else None


def read(octets: bytes, detached: tuple[Source, ...], builder: Builder) -> str:
    """Add everything that a CMS file says; returns the container word "cms" or "time-stamp"."""
    inner = token_in_response(octets)
    if inner is not None:
        return _token(inner, detached, builder)
    try:
        signed = parse(octets, trailing=True)
    except CmsError as fault:
        builder.structure.append(Reason.of("TS-CMS-UNREADABLE", rule=fault.rule))
        return "cms"
    if octets[signed.consumed :].strip(b"\r\n\t \0"):
        builder.structure.append(Reason.of("TS-CMS-TRAILING-DATA", octets=len(octets) - signed.consumed))
    if signed.content_type == oids.ID_CT_TST_INFO:
        return _token(octets[: signed.consumed], detached, builder)
    _signed_file(signed, detached, builder)
    return "cms"


def _token(octets: bytes, detached: tuple[Source, ...], builder: Builder) -> str:
    collect_token(octets, builder.store)
    data = detached[0] if detached else None
    builder.add_token(
        octets,
        TokenPlace(
            kind=TimestampKind.DETACHED,
            imprinted=(data.octets,) if data else None,
            covers=(CoveredObject(kind="document", id=data.sha256),) if data else (),
        ),
    )
    return "time-stamp"


@dataclass(frozen=True, slots=True)
class _Data:
    content: Content | None
    sha256: str | None


def _signed_file(signed: SignedData, detached: tuple[Source, ...], builder: Builder) -> None:
    if not signed.signers:
        builder.structure.append(Reason.of("TS-CMS-NO-SIGNER"))
    if signed.tolerated:
        builder.remarks.append(Reason.of("TS-CMS-BER"))
    embedded = builder.collect(signed, "cms")
    certificates = builder.store.certificates()
    for info in signed.signers:
        data = _content(signed, info, detached)
        cades = any(info.signed_values(oid) for oid in (oids.SIGNING_CERTIFICATE, oids.SIGNING_CERTIFICATE_V2))
        builder.add_signer(
            signed,
            info,
            SignerContext(
                id="",
                format="CAdES" if cades else "CMS",
                packaging="detached" if signed.content is None else "enveloping",
                content=data.content,
                content_type=signed.content_type,
                certificates=certificates,
                embedded=embedded,
                document_sha256=data.sha256,
            ),
        )


def _content(signed: SignedData, info: SignerInfo, detached: tuple[Source, ...]) -> _Data:
    """The content of the signature: inside, or the given file whose digest agrees, or the first one given."""
    if signed.content is not None:
        return _Data((signed.content,), Source("content", signed.content).sha256)
    # One file alone is the content whatever its digest says, and its digest is computed later: a long file once.
    expected = verify.message_digest(info) if len(detached) > 1 else None
    for item in detached:
        if expected is not None and verify.content_digest(info.digest_algorithm.oid, (item.octets,)) == expected:
            return _Data((item.octets,), item.sha256)
    return _Data((detached[0].octets,), detached[0].sha256) if detached else _Data(None, None)
