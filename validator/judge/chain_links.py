"""The certificates of a path as they stand in a verdict."""

from validator.asn1.memory import Generations
from validator.judge.chains import PathFacts
from validator.judge.context import Context
from validator.judge.verdict import ChainLink
from validator.revocation.types import StatusAnswer

_MAX_KEPT = 4_096
# By identity: a path and its statuses that are remembered are the very same for every document; what is kept keeps
# them, so that no others ever have their numbers.
_kept: Generations[tuple[int, int], tuple[PathFacts, tuple[StatusAnswer, ...], tuple[ChainLink, ...]]] = Generations(
    _MAX_KEPT
)


def chain_links(context: Context, path: PathFacts | None, statuses: tuple[StatusAnswer, ...]) -> tuple[ChainLink, ...]:
    """The links of `path`, leaf first; `statuses[i]` belongs to `path.certificates[i]`."""
    if path is None:
        return ()
    key = (id(path), id(statuses))
    known = _kept.get(key)
    if known is None:
        known = (path, statuses, _links(context, path, statuses))
        _kept.put(key, known)
    return known[2]


def _links(context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...]) -> tuple[ChainLink, ...]:
    found: list[ChainLink] = []
    last = len(path.certificates) - 1
    for at, name in enumerate(path.certificates):
        facts = context.chains.certificate(name)
        if facts is None:
            continue
        answer = statuses[at] if at < len(statuses) else None
        issuer = context.chains.certificate(path.certificates[at + 1]) if at < last else None
        anchor = path.anchor if at == last else None
        found.append(
            ChainLink(
                certificate=name,
                subject=facts.subject,
                issuer=facts.issuer,
                country=facts.country,
                serial=facts.serial,
                not_before=facts.not_before,
                not_after=facts.not_after,
                policies=tuple(sorted(facts.claims.policies)),
                status=str(answer.status) if answer else None,
                status_source=answer.source if answer else None,
                status_kind=answer.source_kind if answer else None,
                status_issued=answer.this_update if answer else None,
                revocation_time=answer.revocation_time if answer else None,
                revocation_reason=answer.reason_code if answer else None,
                cross=facts.ca and issuer is not None and _crosses(facts.country, issuer.country),
                anchor_source=anchor.source if anchor else None,
                anchor_territory=anchor.territory if anchor else None,
            )
        )
    return tuple(found)


def _crosses(country: str | None, issuer: str | None) -> bool:
    """A CA certificate whose issuer belongs to another state: a cross-certificate between jurisdictions."""
    return country is not None and issuer is not None and country.upper() != issuer.upper()
