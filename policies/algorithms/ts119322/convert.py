"""Between the tables of TS 119 322, which list signature algorithms with their digests, and catalogues, which list
digests and kinds of key by size.

Reading: every identifier of one kind of key speaks about it; for a size, the evaluation with the greatest minimum below
it counts, and of equal ones the latest end, because the digest has an entry of its own. Curves that are listed by
themselves bound the elliptic algorithms. What this house has no name for is left out and named. A start of suitability
is kept for nobody: what was signed before an algorithm was listed is not the worse for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from policies.algorithms.ecdsa import CURVES
from policies.algorithms.model import AlgorithmPolicy, CatalogueRow, policy_of_rows
from policies.algorithms.names import (
    SignatureNames,
    digest_names,
    digest_of_xml,
    names_of_digest,
    names_of_signature,
    signature_names,
    signature_of_xml,
)
from policies.algorithms.sizes import SIZES
from policies.algorithms.ts119322.model import Evaluation, ListedAlgorithm, SuitabilityPolicy, UnreadableSuiteError
from policies.times import zoned_time

_EC = "ECDSA"
_SECP256K1 = "1.3.132.0.10"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A policy made of a table, and the algorithms of the table that it could not take over, by their names."""

    policy: AlgorithmPolicy
    ignored: tuple[str, ...]


def policy_of_suite(suite: SuitabilityPolicy, name: str) -> Imported:
    """The policy that a table describes, under the name `name`. Raises UnreadableSuiteError on a contradiction."""
    lines: dict[Key, list[CatalogueRow]] = {}
    curves: list[CatalogueRow] = []
    ignored: list[str] = []
    for item in suite.algorithms:
        curve = next((CURVES[oid] for oid in item.oids if oid in CURVES), None)
        targets = _targets(item)
        if curve is not None and _SECP256K1 in item.oids:
            lines.setdefault(("signature", "ECDSA-secp256k1"), []).extend(_rows(item, suite, curve.key_size))
        elif curve is not None:
            curves += _rows(item, suite, curve.key_size)
        elif targets:
            for purpose, algorithm, size in targets:
                lines.setdefault((purpose, algorithm), []).extend(_rows(item, suite, size))
        else:
            ignored.append(item.name)
    if curves and ("signature", _EC) in lines:
        lines["signature", _EC] = _on_curves(lines["signature", _EC], curves)
    merged = {key: _merged(rows) for key, rows in lines.items()}
    return Imported(policy=policy_of_rows(name, suite.name, merged), ignored=tuple(dict.fromkeys(ignored)))


def _targets(item: ListedAlgorithm) -> tuple[tuple[str, str, int | None], ...]:
    """Purpose, catalogue name and fixed size (None where the key decides) that an algorithm of a table speaks about."""
    found: list[tuple[str, str, int | None]] = []
    for oid in item.oids:
        digest = names_of_digest(oid)
        if digest is not None:
            found.append(("digest", digest.name, None))
        found += (("signature", row.use, SIZES.get(oid)) for row in names_of_signature(oid))
        found += (("signature", use, None) for use in _KEY_OIDS.get(oid, ()))
    if not found:
        for uri in item.uris:
            digest, signature = digest_of_xml(uri), signature_of_xml(uri)
            if digest is not None:
                found.append(("digest", digest.name, None))
            if signature is not None:
                found.append(("signature", signature.use, SIZES.get(signature.oids[0])))
    plain = (entry for entry in found if entry[1] != "ECDSA-secp256k1")
    return tuple(dict.fromkeys(plain))


_KEY_OIDS: Mapping[str, tuple[str, ...]] = {
    "1.2.840.113549.1.1.1": ("RSA",),
    "1.2.840.10040.4.1": ("DSA",),
    "1.2.840.10045.2.1": (_EC,),
    "0.4.0.127.0.7.1.1.4.1": (_EC,),
}


def _rows(item: ListedAlgorithm, suite: SuitabilityPolicy, size: int | None) -> list[CatalogueRow]:
    source = f"{suite.publisher}: {suite.name}, issued {suite.issued.date().isoformat()}"
    return [_row(item, entry, size, source, suite.issued) for entry in item.evaluations]


def _row(item: ListedAlgorithm, entry: Evaluation, size: int | None, source: str, issued: datetime) -> CatalogueRow:
    until = None if entry.end is None else _last_moment(entry.end)
    bits = max(entry.minimum or 0, size or 0)
    if entry.own is None:
        return CatalogueRow(bits=bits, until=until, source=source, deprecated=issued if entry.legacy else None)
    row = _own(item, entry.own)
    # Our own addition only sharpens what the table says to everybody; edited apart, neither can be believed.
    sized = entry.minimum is not None or size is not None
    if (None if row.end is None else row.end.date()) != entry.end or (sized and bits < row.bits):
        raise UnreadableSuiteError(f"The entry {item.name} says two different things about one key size.")
    return row


def _own(item: ListedAlgorithm, own: Mapping[str, str]) -> CatalogueRow:
    try:
        return CatalogueRow(
            bits=int(own["bits"]),
            until=_moment(own.get("until")),
            source=own["source"],
            deprecated=_moment(own.get("deprecated")),
            recognised_until=_moment(own.get("recognisedUntil")),
            recognised_source=own.get("recognisedSource", ""),
        )
    except (KeyError, ValueError, OverflowError):
        raise UnreadableSuiteError(f"The addition to the entry {item.name} is not whole.") from None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else zoned_time(text)


def _last_moment(end: date) -> datetime:
    """The last second of a day: an end is the last day on which the algorithm is suitable (RFC 5698 3.4)."""
    return datetime.combine(end, time(23, 59, 59), UTC)


def _merged(rows: Iterable[CatalogueRow]) -> tuple[CatalogueRow, ...]:
    """One row a size, of several the one with the latest end, ascending."""
    best: dict[int, CatalogueRow] = {}
    for row in rows:
        other = best.get(row.bits)
        if other is None or _lasts_longer(row, other):
            best[row.bits] = row
    return tuple(best[bits] for bits in sorted(best))


def _lasts_longer(row: CatalogueRow, other: CatalogueRow) -> bool:
    return other.end is not None and (row.end is None or row.end > other.end)


def _on_curves(rows: list[CatalogueRow], curves: list[CatalogueRow]) -> list[CatalogueRow]:
    """The rows of ECDSA, begun anew at every listed curve and ended with it; below the smallest there is none."""
    found: list[CatalogueRow] = []
    for curve in _merged(curves):
        below = [row for row in _merged(rows) if row.bits <= curve.bits]
        if below:
            found.append(_earlier(below[-1], curve))
    return found


def _earlier(row: CatalogueRow, curve: CatalogueRow) -> CatalogueRow:
    ending = curve if _lasts_longer(row, curve) else row
    return CatalogueRow(bits=curve.bits, until=ending.until, source=ending.source, deprecated=ending.deprecated)


def suite_of_policy(policy: AlgorithmPolicy, *, publisher: str, issued: datetime) -> SuitabilityPolicy:
    """A catalogue as a table of TS 119 322, under its title, issued at `issued` (aware UTC)."""
    listed = [
        _listed(policy, row.name, row.oids, row.xml, "digest", row.name, None, issued)
        for row in digest_names()
        if ("digest", row.name) in policy.entries
    ]
    listed += [
        _listed(policy, row.name, row.oids, row.xml, "signature", row.use, SIZES.get(row.oids[0]), issued)
        for row in signature_names()
        if ("signature", row.use) in policy.entries and _is_said(row)
    ]
    if ("signature", "ECDSA-secp256k1") in policy.entries:
        curve = _listed(policy, "secp256k1", (_SECP256K1,), (), "signature", "ECDSA-secp256k1", 256, issued)
        listed.append(curve)
    kept = tuple(item for item in listed if item.evaluations)
    return SuitabilityPolicy(name=policy.title or policy.name, publisher=publisher, issued=issued, algorithms=kept)


def _is_said(row: SignatureNames) -> bool:
    """The fixed forms of PSS share one identifier, and secp256k1 is told by its curve."""
    return row.use != "ECDSA-secp256k1" and not (row.parameters == "pss" and row.digest is not None)


def _listed(
    policy: AlgorithmPolicy,
    name: str,
    oids: tuple[str, ...],
    uris: tuple[str, ...],
    purpose: str,
    algorithm: str,
    size: int | None,
    issued: datetime,
) -> ListedAlgorithm:
    rows = [row for key, row in sorted(policy.rows.items()) if key[:2] == (purpose, algorithm)]
    if size is not None:
        rows = [row for row in rows if row.bits <= size][-1:]
    return ListedAlgorithm(
        name=name,
        oids=oids,
        uris=uris,
        evaluations=tuple(_evaluation(row, purpose, algorithm, size, issued) for row in rows),
        remarks=tuple(dict.fromkeys(row.source for row in rows)),
    )


def _evaluation(row: CatalogueRow, purpose: str, algorithm: str, size: int | None, issued: datetime) -> Evaluation:
    own = {"bits": str(row.bits), "source": row.source}
    moments = {"until": row.until, "deprecated": row.deprecated, "recognisedUntil": row.recognised_until}
    own |= {name: at.isoformat() for name, at in moments.items() if at is not None}
    if row.recognised_source:
        own["recognisedSource"] = row.recognised_source
    return Evaluation(
        minimum=row.bits if purpose == "signature" and size is None else None,
        parameter="moduluslength" if algorithm in ("RSA", "RSASSA-PSS") else "plength",
        end=None if row.end is None else row.end.date(),
        legacy=(row.deprecated is not None and row.deprecated <= issued) or row.end is not None,
        own=own,
    )
