"""What a PDF ByteRange covers, decided on the octets of the file (ISO 32000-2 12.8.1, EN 319 142-1 clause 4.2)."""

from validator.evidence import ByteRangeFacts
from validator.pdf.fields import SignatureDictionary
from validator.pdf.reader import BoundedReader, contained

_WHITE = b"\x00\t\n\x0c\r "


def well_formed(ranges: tuple[int, ...], size: int) -> bool:
    """Two parts, from the first octet on, in order, not overlapping, inside the file."""
    if len(ranges) != 4 or min(ranges) < 0:
        return False
    start, length, second, rest = ranges
    return start == 0 and length > 0 and second >= length and second + rest <= size and rest > 0


def gap_is_contents(octets: bytes, ranges: tuple[int, ...], contents: bytes) -> bool:
    """The octets left out are exactly the hexadecimal string that the dictionary's /Contents holds."""
    gap = octets[ranges[1] : ranges[2]]
    if len(gap) < 2 or gap[:1] != b"<" or gap[-1:] != b">":
        return False
    digits = gap[1:-1].translate(None, _WHITE)
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")) == contents
    except ValueError:
        return False


def covered(octets: bytes, ranges: tuple[int, ...]) -> tuple[memoryview, ...]:
    """The covered octets, in order, without copying."""
    view = memoryview(octets)
    return tuple(view[start : start + length] for start, length in zip(ranges[::2], ranges[1::2], strict=True))


def facts(reader: BoundedReader, item: SignatureDictionary) -> ByteRangeFacts:
    """Everything that can be said about one signature's ByteRange."""
    octets, ranges = reader.octets, item.byte_range
    total = int(reader.total_revisions)
    pairs = tuple(zip(ranges[::2], ranges[1::2], strict=False))
    if not well_formed(ranges, len(octets)):
        return ByteRangeFacts(
            ranges=pairs,
            gap_is_contents=False,
            covers_revision=False,
            covers_file=False,
            revision=item.revision + 1,
            revisions=total,
        )
    end = ranges[2] + ranges[3]
    return ByteRangeFacts(
        ranges=pairs,
        gap_is_contents=gap_is_contents(octets, ranges, item.contents),
        covers_revision=_covers_revision(reader, item.revision, end),
        covers_file=not octets[end:].strip(_WHITE),
        revision=item.revision + 1,
        revisions=total,
    )


def _covers_revision(reader: BoundedReader, revision: int, end: int) -> bool:
    """The covered part ends with the end-of-file marker of the revision that wrote the signature, and holds the
    cross-reference sections of it and of every earlier one."""
    with contained():
        if _startxref_before(reader.octets, end) != reader.xrefs.get_startxref_for_revision(revision):
            return False
        containers = (reader.xrefs.get_xref_container_info(number) for number in range(revision + 1))
        return all(container.end_location <= end for container in containers)


def _startxref_before(octets: bytes, end: int) -> int | None:
    tail = octets[max(0, end - 1024) : end].rstrip(_WHITE)
    if not tail.endswith(b"%%EOF"):
        return None
    words = tail[: -len(b"%%EOF")].split()
    if len(words) < 2 or words[-2] != b"startxref" or not words[-1].isdigit():
        return None
    return int(words[-1])
