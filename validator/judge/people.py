"""Who signed, as what, and of which legal quality the certificate claims to be (EN 319 412-1, -5)."""

from functools import lru_cache

from policies.jurisdictions import CertificateClaims, claimed_level, jurisdictions
from policies.vocabulary import Indication, PartyKind, SignatureLevel
from validator.judge.chains import CertificateFacts
from validator.judge.verdict import Signer

_SEAL, _WEB = "0.4.0.1862.1.6.2", "0.4.0.1862.1.6.3"
_WORDS = {
    SignatureLevel.QUALIFIED: "Q",
    SignatureLevel.ADVANCED_QUALIFIED_CERTIFICATE: "ADE{}-QC",
    SignatureLevel.ADVANCED: "ADE{}",
    SignatureLevel.SIMPLE: "NA",
}


def signer(facts: CertificateFacts) -> Signer:
    """The person behind a signing certificate."""
    personal = " ".join(item for item in (facts.given_name, facts.surname) if item)
    return Signer(
        name=facts.common_name or personal or facts.pseudonym or facts.organisation or facts.subject,
        certificate=facts.name,
        subject=facts.subject,
        country=facts.country,
        identifier=facts.identifier,
        organisation=facts.organisation,
        organisation_identifier=facts.organisation_identifier,
        party=party(facts) or "unknown",
        pseudonym=facts.pseudonym is not None,
    )


def party(facts: CertificateFacts) -> PartyKind | None:
    """Natural or legal person (EN 319 412-1 and -5: type of the certificate first, then the subject's attributes);
    None when the certificate does not tell."""
    if _SEAL in facts.claims.qc_statements:
        return PartyKind.LEGAL_PERSON
    if facts.given_name or facts.surname or facts.pseudonym:
        return PartyKind.NATURAL_PERSON
    if facts.organisation_identifier:
        return PartyKind.LEGAL_PERSON
    return None


def home(facts: CertificateFacts, anchor_territory: str | None) -> str | None:
    """The jurisdiction under whose law the signature was made: that of the law which the certificate names, else of
    the issuer's state as the subject states it, else of the anchor's list."""
    stated = facts.claims.qc_legislation
    if stated and len(stated) == 1:
        return stated[0].upper()
    return facts.country.upper() if facts.country else anchor_territory


@lru_cache(maxsize=4_096)
def legal_level(claims: CertificateClaims, jurisdiction: str | None) -> SignatureLevel | None:
    """The strongest level that the certificate itself shows under its home law; a claim, not a decision."""
    known = jurisdictions().get(jurisdiction or "")
    rule = claimed_level(known, claims) if known else None
    return rule.level if rule else None


def qualification(facts: CertificateFacts, jurisdiction: str | None, indication: Indication) -> str:
    """The word for the legal quality: QESIG, QESEAL, ADESIG-QC, ADESEAL-QC, ADESIG, ADESEAL or NA, with the prefix
    INDETERMINATE- while the signature is not decided; NA for a failed one."""
    if indication is Indication.TOTAL_FAILED:
        return "NA"
    level = legal_level(facts.claims, jurisdiction) or SignatureLevel.ADVANCED
    kind = "SEAL" if party(facts) is PartyKind.LEGAL_PERSON else "SIG"
    word = f"QE{kind}" if level is SignatureLevel.QUALIFIED else _WORDS[level].format(kind)
    if word == "NA" or indication is Indication.TOTAL_PASSED:
        return word
    return f"INDETERMINATE-{word}"
