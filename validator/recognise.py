"""The second axis: is a judged signature given effect in a forum, and under which instrument. Pure.

Nothing here changes the technical verdict, and the technical verdict alone never decides recognition.
"""

from dataclasses import dataclass
from datetime import datetime

from policies.jurisdictions import load_jurisdiction, unions_of
from policies.recognition import (
    Instrument,
    Mechanism,
    RecognitionAnswer,
    RecognitionQuestion,
    accepts_lists,
    agreement_instrument,
    instruments,
)
from policies.recognition import recognise as answer
from policies.vocabulary import DocumentKind, PartyKind
from validator.judge.verdict import SignatureVerdict, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionContext:
    """What only the asker knows: the relying party's kind, the kind of document, whether a contract between the
    parties agrees on recognition, receipts of a trusted third party at hand (signature ids), whether instruments of
    the model space may be used, and which foreign lists the forum has accepted by a decision of its own (territories).
    `signer` overrides what the certificate tells; `evaluation_time` defaults to the
    validation time."""

    relying: PartyKind | None = None
    document: DocumentKind | None = None
    signer: PartyKind | None = None
    contract: bool = False
    receipts: frozenset[str] = frozenset()
    accepted_lists: frozenset[str] = frozenset()
    admit_illustrative: bool = False
    evaluation_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """The answer for one signature in one forum, with the question that was put."""

    signature: str
    forum: str
    question: RecognitionQuestion
    answer: RecognitionAnswer


def recognise(verdict: Verdict, forum: str, context: RecognitionContext | None = None) -> tuple[Recognition, ...]:
    """One answer for every signature of the verdict, in order; `forum` is a jurisdiction's code.

    Raises UnknownJurisdictionError for a forum that has no file.
    """
    code = load_jurisdiction(forum.upper()).code
    asked = context or RecognitionContext()
    return tuple(_one(verdict, item, code, asked) for item in verdict.signatures)


def _one(verdict: Verdict, signature: SignatureVerdict, forum: str, context: RecognitionContext) -> Recognition:
    question = RecognitionQuestion(
        forum=forum,
        homes=(signature.home,) if signature.home else (),
        signature_time=signature.best_signature_time or verdict.at,
        evaluation_time=context.evaluation_time or verdict.at,
        indication=signature.indication,
        level=signature.legal_level,
        mechanisms=mechanisms(signature, forum, context),
        signer=context.signer or _party(signature),
        relying=context.relying,
        document=context.document,
        admit_illustrative=context.admit_illustrative,
    )
    return Recognition(
        signature=signature.id, forum=forum, question=question, answer=answer(question, _among(signature))
    )


def _among(signature: SignatureVerdict) -> tuple[Instrument, ...]:
    """All instruments that are known, and the agreement over which the lists read the signer's certificate."""
    agreed = signature.agreement
    if agreed is None:
        return instruments()
    return (
        *instruments(),
        agreement_instrument(agreed.equivalence, agreed.forum, agreed.home, agreed.start, agreed.end),
    )


def _party(signature: SignatureVerdict) -> PartyKind | None:
    party = signature.signer.party if signature.signer else "unknown"
    return None if party == "unknown" else PartyKind(party)


def mechanisms(signature: SignatureVerdict, forum: str, context: RecognitionContext) -> frozenset[Mechanism]:
    """How trust travelled for this very signature: a cross-certificate on its path, an anchor that was taken from the
    list of its home where `forum` takes that list, a receipt, a contract."""
    found: set[Mechanism] = set()
    if any(link.cross for link in signature.chain):
        found.add(Mechanism.CROSS_CERTIFICATE)
    territory = signature.chain[-1].anchor_territory if signature.chain else None
    if territory is not None and territory == signature.home and _takes_list(signature, forum, territory, context):
        found.add(Mechanism.LIST_EQUIVALENCE)
    if signature.id in context.receipts:
        found.add(Mechanism.RECEIPT)
    if context.contract:
        found.add(Mechanism.CONTRACT)
    return frozenset(found)


def _takes_list(signature: SignatureVerdict, forum: str, territory: str, context: RecognitionContext) -> bool:
    agreed = signature.agreement
    if agreed is not None and agreed.forum in {forum} | unions_of(forum):
        return True
    return territory in context.accepted_lists or accepts_lists(forum, territory)
