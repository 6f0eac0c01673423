"""Names the level that a signature's own structure reaches (EN 319 142-1 clause 6, EN 319 122-1 clause 6)."""

from validator.evidence import Evidence, SignatureFacts, TimestampFacts, TimestampKind

_BASELINE = {"PAdES", "CAdES", "XAdES", "JAdES"}


def level(evidence: Evidence, signature: SignatureFacts, *, long_term: bool) -> str:
    """For example "PAdES-BASELINE-LT", "CMS-T". `long_term` says that the signature carries the revocation data of its
    own path. A level counts only with all the levels below it; "NOT-BASELINE" where the form misses the B level. What
    another system recorded has the level that was recorded."""
    if evidence.recorded is not None:
        return signature.sub_format or signature.format
    name = f"{signature.format}-BASELINE" if signature.format in _BASELINE else signature.format
    if signature.format in _BASELINE and not signature.certificate_references:
        name = f"{signature.format}-NOT-BASELINE"
    stamps = [item for item in evidence.timestamps if _covers(item, signature) and item.imprint_intact is not False]
    if not any(item.kind in (TimestampKind.SIGNATURE, TimestampKind.DOCUMENT) for item in stamps):
        return f"{name}-B"
    if not long_term:
        return f"{name}-T"
    return f"{name}-LTA" if any(_archives(evidence, item, signature) for item in stamps) else f"{name}-LT"


def _covers(token: TimestampFacts, signature: SignatureFacts) -> bool:
    return token.owner == signature.id or any(
        item.kind == "signature" and item.id == signature.id for item in token.covers
    )


def _archives(evidence: Evidence, token: TimestampFacts, signature: SignatureFacts) -> bool:
    """The token covers revocation data beside the signature."""
    if token.kind not in (TimestampKind.ARCHIVE, TimestampKind.DOCUMENT):
        return False
    revocation = {item.sha256 for item in evidence.objects if item.kind != "certificate"}
    return any(item.kind == "object" and item.id in revocation for item in token.covers)
