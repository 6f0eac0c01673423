"""GeneralName and GeneralNames (RFC 5280 4.2.1.6): what a subject can be called besides its distinguished name."""

from dataclasses import dataclass

from validator.asn1 import der
from validator.path.name import Name, parse_name

OTHER, EMAIL, DNS, X400, DN, EDI, URI, IP, RID = "other", "email", "dns", "x400", "dn", "edi", "uri", "ip", "rid"
_KINDS = {
    0xA0: OTHER, 0x81: EMAIL, 0x82: DNS, 0xA3: X400, 0xA4: DN, 0xA5: EDI, 0x86: URI, 0x87: IP, 0x88: RID,
}  # fmt: skip
_IA5 = frozenset({EMAIL, DNS, URI})


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One name. `kind` is one of this module's constants. `value` holds the contents octets of the implicitly tagged
    element (for an otherName the DER of the value inside its [0]; for a directoryName its complete DER), `name` the
    parsed directoryName, `type_id` the otherName's type."""

    kind: str
    value: bytes
    name: Name | None = None
    type_id: str | None = None

    @property
    def text(self) -> str:
        """The value for people: ASCII of the string forms, RFC 4514 of a directory name (cut), hex otherwise."""
        if self.name is not None:
            return self.name.brief()
        if self.kind in _IA5:
            return self.value.decode("ascii", "backslashreplace")
        if self.kind == IP and len(self.value) == 4:
            return ".".join(map(str, self.value))
        return self.value.hex()


def read_general_name(data: bytes, element: der.Element) -> GeneralName:
    """The GeneralName encoded by `element`. Raises DerError: unexpected-tag, not-ia5, bad-other-name, or a Name's."""
    kind = _KINDS.get(element.tag)
    if kind is None:
        raise der.DerError("unexpected-tag", element.start)
    if kind == DN:
        inner = der.explicit(data, element).whole(data)
        return GeneralName(DN, inner, parse_name(inner))
    if kind == OTHER:
        parts = der.children(data, element)
        if len(parts) != 2 or parts[1].tag != 0xA0:
            raise der.DerError("bad-other-name", element.start)
        return GeneralName(OTHER, der.explicit(data, parts[1]).whole(data), None, der.oid(data, parts[0]))
    value = element.contents(data)
    if kind in _IA5 and not value.isascii():
        raise der.DerError("not-ia5", element.start)
    if kind == RID:
        return GeneralName(RID, value, None, der.oid(data, element, 0x88))
    return GeneralName(kind, value)


def read_general_names(data: bytes, parent: der.Element, limit: int = 20_000) -> tuple[GeneralName, ...]:
    """The members of GeneralNames, whatever tag `parent` has; DerError empty-sequence when there is none."""
    names = tuple(read_general_name(data, element) for element in der.children(data, parent, limit))
    if not names:
        raise der.DerError("empty-sequence", parent.start)
    return names
