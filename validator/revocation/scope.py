"""Whether a CRL's scope includes a certificate, and for which revocation reasons (RFC 5280 6.3.3 (b) to (e))."""

from collections.abc import Iterator
from functools import lru_cache

from validator.path.certificate import Certificate
from validator.path.comparable import comparable_uri
from validator.path.extension_values import DistributionPoint
from validator.path.general_name import DN, URI, GeneralName
from validator.path.name import Name
from validator.revocation.crl import CertificateList
from validator.revocation.extensions import ALL_REASONS, IssuingDistributionPoint

NameKey = tuple[str, object]


def distribution_points(certificate: Certificate) -> tuple[DistributionPoint, ...]:
    """The certificate's points and, as 6.3.3 ends, one more that is named by the certificate's issuer."""
    implied = DistributionPoint((GeneralName(DN, certificate.issuer.der, certificate.issuer),), None, None, ())
    return (*(certificate.details.crl_distribution_points or ()), implied)


def crl_issuer_keys(certificate: Certificate) -> tuple[bytes, ...]:
    """Keys of every name that may issue CRLs for the certificate, its own issuer first, without repetition."""
    points = certificate.details.crl_distribution_points or ()
    own = certificate.issuer.key
    if len(points) == 1 and not points[0].crl_issuer:
        return (own,)
    keys = {own: None}
    for point in points:
        for name in point.crl_issuer:
            if name.name is not None:
                keys.setdefault(name.name.key)
    return tuple(keys)


def covered_reasons(crl: CertificateList, certificate: Certificate) -> int:
    """Bit set over ReasonFlags: the reasons for which `crl` speaks about `certificate`; 0 when it does not."""
    if crl.scope is None:
        if crl.issuer.key == certificate.issuer.key:
            # The implied point is there in any case, and such a list speaks about everything that its issuer issued.
            return ALL_REASONS
    elif not _kind_covered(crl.scope, certificate):
        return 0
    mask = 0
    for point in distribution_points(certificate):
        if _point_covered(crl, certificate, point):
            of_point = ALL_REASONS if point.reasons is None else point.reasons
            of_crl = ALL_REASONS if crl.scope is None or crl.scope.reasons is None else crl.scope.reasons
            mask |= of_point & of_crl & ALL_REASONS
    return mask


def _kind_covered(scope: IssuingDistributionPoint, certificate: Certificate) -> bool:
    # (b) (2) (ii) to (iv)
    if scope.only_attribute_certs:
        return False
    return not (scope.only_user_certs if certificate.details.ca else scope.only_ca_certs)


def _point_covered(crl: CertificateList, certificate: Certificate, point: DistributionPoint) -> bool:
    if point.crl_issuer:
        # (b) (1): another CRL issuer needs a CRL that says it is indirect.
        named = any(name.name is not None and name.name.key == crl.issuer.key for name in point.crl_issuer)
        if not named or crl.scope is None or not crl.scope.indirect:
            return False
    elif crl.issuer.key != certificate.issuer.key:
        return False
    if crl.scope is None or not crl.scope.named:
        return True
    # (b) (2) (i): one of the CRL's names is one of the point's, or of its cRLIssuer when the point has none.
    wanted = set(_point_names(certificate, point))
    return any(key in wanted for key in _names(crl.scope.full_name, crl.scope.relative_name, crl.issuer))


def _point_names(certificate: Certificate, point: DistributionPoint) -> Iterator[NameKey]:
    if not point.full_name and point.relative_name is None:
        yield from _names(point.crl_issuer, None, certificate.issuer)
        return
    base = next((name.name for name in point.crl_issuer if name.name is not None), certificate.issuer)
    yield from _names(point.full_name, point.relative_name, base)


def _names(full: tuple[GeneralName, ...], relative: bytes | None, base: Name) -> Iterator[NameKey]:
    for name in full:
        yield _name_key(name)
    if relative is not None:
        yield DN, (*base.rdn_keys, relative)


def _name_key(name: GeneralName) -> NameKey:
    if name.name is not None:
        return DN, name.name.rdn_keys
    if name.kind == URI:
        return URI, _uri_key(name.value)
    return name.kind, (name.type_id, name.value)


def _uri_key(value: bytes) -> str:
    # What strangers' long addresses cost is not to be remembered as well.
    return _known_uri_key(value) if len(value) <= 500 else comparable_uri(value.decode("ascii"))


@lru_cache(maxsize=4_096)
def _known_uri_key(value: bytes) -> str:
    return comparable_uri(value.decode("ascii"))
