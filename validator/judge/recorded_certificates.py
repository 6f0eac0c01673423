"""A recorded certificate as the judgement reads certificates."""

from policies.jurisdictions import CertificateClaims
from validator.evidence.recorded import RecordedCertificate
from validator.judge.chains import CertificateFacts


def certificate_facts(one: RecordedCertificate) -> CertificateFacts:
    """The same facts in the judgement's form."""
    person, extensions = one.person, one.extensions
    period = (extensions.private_key_start, extensions.private_key_end)
    usages = extensions.extended_key_usage
    return CertificateFacts(
        name=one.name,
        subject=one.subject,
        issuer=one.issuer,
        serial=one.serial,
        not_before=one.not_before,
        not_after=one.not_after,
        country=person.country,
        common_name=person.common_name,
        given_name=person.given_name,
        surname=person.surname,
        pseudonym=person.pseudonym,
        identifier=person.identifier,
        organisation=person.organisation,
        organisation_identifier=person.organisation_identifier,
        ca=extensions.ca,
        self_issued=one.self_signed or one.subject == one.issuer,
        key_usage=None if extensions.key_usage is None else frozenset(extensions.key_usage),
        extended_key_usage=None if usages is None else frozenset(usages),
        # Recordings of older files state "false" throughout, so that they do not tell; the purpose itself they do.
        extended_key_usage_critical=usages is not None,
        private_key_period=None if period == (None, None) else period,
        claims=CertificateClaims(
            policies=frozenset(extensions.policies),
            qc_statements=frozenset(extensions.qc_statements),
            extended_key_usages=frozenset(usages or ()),
            qc_legislation=extensions.qc_legislation,
        ),
        extensions=frozenset(extensions.present),
        critical_extensions=frozenset(extensions.critical),
        issuer_access=extensions.ca_issuers,
        revocation_access=extensions.revocation_access,
    )
