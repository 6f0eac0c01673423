"""Lays the room's data out as plain rows, for the command line, the interface and reports that print it."""

from datetime import datetime

from policies.algorithms import AlgorithmPolicy, load_policy
from policies.algorithms.inventory import entry
from policies.jurisdictions import Jurisdiction, jurisdictions
from policies.reasons import catalogue, wording
from policies.recognition import Instrument, Period, instruments

Row = dict[str, object]


def reason_rows(language: str = "en") -> list[Row]:
    """Every reason: code, area, severity, clause, subIndication, params, sentence, next. KeyError for a language that
    the product does not have."""
    words = wording(language)
    return [
        {
            "code": item.code,
            "area": item.area,
            "severity": item.severity.value,
            "clause": item.clause,
            "subIndication": item.sub_indication.value if item.sub_indication else None,
            "params": list(item.params),
            "sentence": words.get(item.code, {}).get("sentence", ""),
            "next": words.get(item.code, {}).get("next", ""),
        }
        for item in sorted(catalogue().values(), key=lambda item: item.code)
    ]


def algorithm_rows(policy: str | AlgorithmPolicy = "default", at: datetime | None = None) -> list[Row]:
    """Every line of a catalogue, given by name or itself, with what this product has of the algorithm: purpose, name,
    bits (from this size up), strength, signs, backend, status at `at` (aware UTC; None without one), until, deprecated,
    recognisedUntil, recognisedSource, source, catalogue, oids, xml, jose. Raises UnknownPolicyError."""
    loaded = load_policy(policy) if isinstance(policy, str) else policy
    return [_algorithm(loaded, purpose, name, bits, at) for purpose, name, bits in loaded.rows]


def _algorithm(policy: AlgorithmPolicy, purpose: str, name: str, bits: int, at: datetime | None) -> Row:
    line, known = policy.rows[purpose, name, bits], entry(purpose, name)
    return {
        "purpose": purpose,
        "name": name,
        "bits": bits,
        "strength": known.strength(bits) if known else None,
        "signs": known.signs if known else False,
        "backend": known.backend if known else None,
        "status": line.status(at).value if at else None,
        "until": _text(line.until),
        "deprecated": _text(line.deprecated),
        "recognisedUntil": _text(line.recognised_until),
        "recognisedSource": line.recognised_source or None,
        "source": line.source,
        "catalogue": line.catalogue,
        "oids": list(known.oids) if known else [],
        "xml": list(known.xml) if known else [],
        "jose": list(known.jose) if known else [],
    }


def jurisdiction_rows(language: str = "en") -> list[Row]:
    """Every jurisdiction: code, kind, name, members, algorithmPolicy, leniencies, levels, law."""
    return [_jurisdiction(item, language) for item in jurisdictions().values()]


def _jurisdiction(item: Jurisdiction, language: str) -> Row:
    return {
        "code": item.code,
        "kind": item.kind.value,
        "name": item.name(language),
        "members": sorted(item.members),
        "algorithmPolicy": item.algorithm_policy,
        "leniencies": sorted(item.leniency_names),
        "levels": [{"name": rule.name, "level": rule.level.value, "mark": rule.mark.value} for rule in item.levels],
        "law": [{"citation": text.citation, "title": text.title, "mark": text.mark.value} for text in item.legal_texts],
        "digest": item.digest,
    }


def instrument_rows() -> list[Row]:
    """Every instrument: id, kind, title, citation, article, homes, forums, inForce, suspended, mechanisms, mark."""
    return [_instrument(item) for item in instruments()]


def _instrument(item: Instrument) -> Row:
    return {
        "id": item.id,
        "kind": item.kind.value,
        "title": item.title,
        "citation": item.citation,
        "article": item.article,
        "homes": sorted(item.homes),
        "forums": sorted(item.forums),
        "inForce": [_period(period) for period in item.in_force],
        "suspended": [_period(period) for period in item.suspended],
        "mechanisms": [sorted(mechanism.value for mechanism in needed) for needed in item.mechanisms],
        "signers": sorted(item.signers),
        "relying": sorted(item.relying),
        "documents": sorted(item.documents),
        "exclusions": [exclusion.text for exclusion in item.exclusions],
        "mark": item.mark.value,
        "datesMark": item.dates_mark.value,
        "source": item.source,
        "note": item.note,
    }


def _period(period: Period) -> Row:
    return {"from": _text(period.start), "until": _text(period.end)}


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
