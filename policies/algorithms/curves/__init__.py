"""Elliptic curves of the suites that no library computes: one group arithmetic over short Weierstrass curves.

Nothing here is constant-time: the duration depends on the numbers. That is right for public data (verification); a
private key that goes through it is for tests and demonstrations only (`policies.algorithms.making`).
"""

from policies.algorithms.curves.arithmetic import Arithmetic, arithmetics, choose, chosen
from policies.algorithms.curves.domains import Domain
from policies.algorithms.curves.group import Affine, Curve, curve_of
from policies.algorithms.curves.octets import coordinates

__all__ = ["Affine", "Arithmetic", "Curve", "Domain", "arithmetics", "choose", "chosen", "coordinates", "curve_of"]
