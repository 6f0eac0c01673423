"""Points as octets in the form of SEC 1 2.3.4, which X9.62, RFC 5480 and GB/T 32918.1 share."""

from policies.algorithms.curves.domains import Domain
from policies.algorithms.encoding import MalformedError


def coordinates(domain: Domain, octets: bytes) -> tuple[int, int]:
    """x and y of a point, compressed (02, 03) or not (04), numbers big-endian over the whole field, p = 3 modulo 4.

    What is no square comes out as a point that is not on the curve, so `Curve.point` must judge the result. Raises
    MalformedError for any other form or length.
    """
    size, p = domain.octets, domain.p
    form, x = octets[:1], int.from_bytes(octets[1 : size + 1], "big")
    if form == b"\x04" and len(octets) == 2 * size + 1:
        return x, int.from_bytes(octets[size + 1 :], "big")
    if form not in (b"\x02", b"\x03") or len(octets) != size + 1:
        raise MalformedError("elliptic curve point")
    root = pow(x**3 + domain.a * x + domain.b, (p + 1) // 4, p)
    return x, root if root & 1 == form[0] & 1 else p - root
