"""How the attributes of a name are written for people (RFC 4514)."""

EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
SHORT_NAMES = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "T", "2.5.4.42": "GN",
    "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID", EMAIL_ADDRESS: "E",
}  # fmt: skip
"""The short names of attribute types, by dotted OID."""


def attribute_text(oid: str, text: str | None, octets: bytes, limit: int | None = None) -> str:
    """One attribute; `text` None for a value that is no string, of which the contents `octets` are shown. `limit` cuts
    the value off."""
    label = SHORT_NAMES.get(oid, oid)
    if text is None:
        return f"{label}=#{octets[:limit].hex()}"
    escaped = "".join("\\" + one if one in ',+"\\<>;=' else one for one in text[:limit] if one.isprintable())
    return f"{label}={escaped}"
