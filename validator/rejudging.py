"""Judges kept Evidences again under what has changed: a policy, a time, a forum, the trust anchors, an incident.

Nothing is fetched and no document is opened: that is what makes a question such as "what if this authority was
compromised since March?" one that can be answered for a hundred thousand documents.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from policies.reasons import Reason
from validator.evidence import AnchorFacts, Evidence, IncidentFacts, ObjectKind, StoredObject
from validator.holdings import Held, Outcome, outcome
from validator.path.certificate import Certificate, parse_certificate
from validator.service import rejudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A key that is held to be in other hands since a moment. `name` is the SHA-256 (lower-case hexadecimal) of a
    certificate or of a SubjectPublicKeyInfo, DER; the latter means every certificate of that key."""

    name: str
    since: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnchor:
    """A trust anchor that shall count besides those of the Evidence: its DER, where it comes from, whose it is."""

    der: bytes
    source: str
    territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different; None and empty mean "as it was asked then". `without` names anchors (SHA-256 of their
    certificates) that shall not count any more."""

    policy: str | None = None
    at: datetime | None = None
    forums: tuple[str, ...] | None = None
    incidents: tuple[Incident, ...] = ()
    anchors: tuple[NewAnchor, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """One Evidence judged again. `reasons` are those of the new verdict that the old one did not have, by code."""

    identity: str
    name: str
    before: Outcome
    after: Outcome
    reasons: tuple[Reason, ...]

    @property
    def changed(self) -> bool:
        """Whether anything that was concluded is different now."""
        return self.before.conclusion != self.after.conclusion


def rejudge_one(held: Held, change: Change) -> Rejudged:
    """One kept Evidence again. Raises PolicyUnknownError and UnknownJurisdictionError for what the change names."""
    before = held.outcome
    forums = before.forums if change.forums is None else change.forums
    changed = apply_change(held.evidence, change)
    again = rejudge(changed, change.policy or before.policy, change.at or before.at, forums, before.context)
    after = outcome(again.verdict, forums, before.context, again.recognitions)
    known = {code for part in before.parts for code in part.reasons}
    stated = [reason for item in again.verdict.signatures for reason in item.reasons]
    stated += [reason for item in again.verdict.timestamps for reason in item.reasons]
    fresh = tuple(dict.fromkeys(item for item in stated if item.code not in known))
    return Rejudged(identity=again.verdict.evidence, name=held.name, before=before, after=after, reasons=fresh)


def apply_change(evidence: Evidence, change: Change) -> Evidence:
    """The Evidence with the trust state changed; the same object when nothing of the change concerns it."""
    if not (change.anchors or change.without or change.incidents):
        return evidence
    objects = _with_anchors(evidence, change.anchors)
    anchors = tuple(item for item in evidence.trust.anchors if item.certificate not in change.without)
    anchors = tuple(
        sorted({*anchors, *map(_anchor_facts, change.anchors)}, key=lambda item: (item.certificate, item.source))
    )
    incidents = _incidents(objects, change.incidents)
    if anchors == evidence.trust.anchors and not incidents and objects == evidence.objects:
        return evidence
    trust = replace(evidence.trust, anchors=anchors, incidents=(*evidence.trust.incidents, *incidents))
    return replace(evidence, trust=trust, objects=objects)


def _with_anchors(evidence: Evidence, anchors: tuple[NewAnchor, ...]) -> tuple[StoredObject, ...]:
    known = {(item.kind, item.sha256): item for item in evidence.objects}
    for anchor in anchors:
        name = hashlib.sha256(anchor.der).hexdigest()
        made = StoredObject(kind=ObjectKind.CERTIFICATE, sha256=name, der=anchor.der, origins=("anchor",))
        known.setdefault((ObjectKind.CERTIFICATE, name), made)
    return tuple(known[key] for key in sorted(known))


def _anchor_facts(anchor: NewAnchor) -> AnchorFacts:
    name = hashlib.sha256(anchor.der).hexdigest()
    return AnchorFacts(certificate=name, source=anchor.source, territory=anchor.territory)


def _incidents(objects: tuple[StoredObject, ...], incidents: tuple[Incident, ...]) -> tuple[IncidentFacts, ...]:
    if not incidents:
        return ()
    by_name = {item.name: item for item in sorted(incidents, key=lambda item: item.since, reverse=True)}
    found = []
    for item in objects:
        if item.kind is ObjectKind.CERTIFICATE:
            incident = by_name.get(item.sha256) or by_name.get(_key_name(item))
            if incident is not None:
                found.append(IncidentFacts(certificate=item.sha256, since=incident.since, source=incident.source))
    return tuple(found)


def _key_name(item: StoredObject) -> str:
    certificate = parse_certificate(item.der)
    return hashlib.sha256(certificate.spki).hexdigest() if isinstance(certificate, Certificate) else ""
