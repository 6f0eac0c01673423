"""The one function that makes serial numbers."""

import secrets

OCTETS = 20


def new_serial() -> int:
    """A positive serial of exactly 20 octets with 152 random bits and more (RFC 5280 4.1.2.2).

    The first octet is 0x01 to 0x7F: never zero, so that the length does not depend on chance, and never negative. A
    generator that masks the top bit of an unfixed first octet loses entropy unnoticed.
    """
    first = 1 + secrets.randbelow(0x7F)
    return first << 152 | secrets.randbits(152)


def serial_text(serial: int) -> str:
    """The 40 lower-case hexadecimal digits under which a serial is stored."""
    return f"{serial:040x}"


def serial_of(text: str) -> int:
    """The number from hexadecimal digits, with or without colons. ValueError when it is not one."""
    return int(text.replace(":", ""), 16)
