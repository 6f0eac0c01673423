"""What every document of the story must be judged to be, on both axes, in every forum that is asked. Data only.

The technical expectation is EN 319 102-1's; the recognition expectation follows from the instruments that the space
has: the model agreement of the five states through cross-certificates, each state's own law, and nothing for others.
An open technical verdict leaves recognition open where an instrument exists, and closed where none does.
"""

from dataclasses import KW_ONLY, dataclass
from functools import partial

from policies.vocabulary import DocumentKind, Indication, PartyKind, RecognitionDecision, SubIndication

_PASSED = Indication.TOTAL_PASSED
_FAILED = Indication.TOTAL_FAILED
_UNDECIDED = Indication.INDETERMINATE
_YES = RecognitionDecision.RECOGNISED
_NO = RecognitionDecision.NOT_RECOGNISED
_OPEN = RecognitionDecision.NOT_DECIDED


@dataclass(frozen=True, slots=True)
class Scenario:
    """One document before one forum. `document` is the file's name in the story, `detached` its original; `banned`
    judges under a catalogue in which the signer's algorithm ended before the document was signed."""

    title: str
    document: str
    forum: str
    _: KW_ONLY
    kind: DocumentKind
    relying: PartyKind
    indication: Indication
    sub_indication: SubIndication | None = None
    decision: RecognitionDecision
    detached: str | None = None
    banned: bool = False


_trade = partial(Scenario, kind=DocumentKind.CONTRACT, relying=PartyKind.LEGAL_PERSON)

SCENARIOS = (
    _trade("Contract KZ–BY, at the seller's home", "contract.pdf", "KZ", indication=_PASSED, decision=_YES),
    _trade("Contract KZ–BY, at the buyer's home", "contract.pdf", "BY", indication=_PASSED, decision=_YES),
    _trade("Contract KZ–BY, in a third member state", "contract.pdf", "RU", indication=_PASSED, decision=_YES),
    _trade(
        "Contract KZ–BY, in the EU",
        "contract.pdf",
        "EE",
        indication=_UNDECIDED,
        sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        decision=_NO,
    ),
    _trade(
        "Contract, one octet changed",
        "contract-tampered.pdf",
        "BY",
        indication=_FAILED,
        sub_indication=SubIndication.HASH_FAILURE,
        decision=_NO,
    ),
    _trade(
        "Contract, another amount painted over",
        "contract-shadow-edit.pdf",
        "BY",
        indication=_FAILED,
        sub_indication=SubIndication.FORMAT_FAILURE,
        decision=_NO,
    ),
    Scenario(
        title="Agency batch AM, at an agency",
        document="agency-batch/",
        forum="KZ",
        kind=DocumentKind.ADMINISTRATIVE,
        relying=PartyKind.PUBLIC_AUTHORITY,
        indication=_PASSED,
        decision=_YES,
    ),
    Scenario(
        title="Court filing RU, at a court",
        document="court-filing.pdf",
        forum="BY",
        kind=DocumentKind.COURT_FILING,
        relying=PartyKind.COURT,
        indication=_PASSED,
        decision=_YES,
    ),
    Scenario(
        title="Court filing RU, detached CAdES",
        document="court-filing.p7s",
        detached="court-filing-original.pdf",
        forum="BY",
        kind=DocumentKind.COURT_FILING,
        relying=PartyKind.COURT,
        indication=_PASSED,
        decision=_YES,
    ),
    _trade(
        "Certificate revoked after the trusted time",
        "revoked-after.pdf",
        "BY",
        indication=_PASSED,
        decision=_YES,
    ),
    _trade(
        "Certificate revoked before the trusted time",
        "revoked-before.pdf",
        "BY",
        indication=_UNDECIDED,
        sub_indication=SubIndication.REVOKED_NO_POE,
        decision=_OPEN,
    ),
    _trade(
        "Invoice KG, cross-certificate suspended",
        "suspended-cross-certificate.pdf",
        "BY",
        indication=_UNDECIDED,
        sub_indication=SubIndication.TRY_LATER,
        decision=_OPEN,
    ),
    _trade(
        "Invoice KG, at home: the suspension does not reach it",
        "suspended-cross-certificate.pdf",
        "KG",
        indication=_PASSED,
        decision=_YES,
    ),
    _trade(
        "Signer expired, long-term data inside",
        "expired-with-long-term-data.pdf",
        "KZ",
        indication=_PASSED,
        decision=_YES,
    ),
    _trade(
        "Signer expired, no long-term data",
        "expired-without-long-term-data.pdf",
        "KZ",
        indication=_UNDECIDED,
        sub_indication=SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
        decision=_OPEN,
    ),
    _trade(
        "Signer from a state without recognition",
        "unrecognised-state.pdf",
        "KZ",
        indication=_UNDECIDED,
        sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        decision=_NO,
    ),
    _trade(
        "Signer from the EU, at home",
        "european.pdf",
        "EE",
        indication=_PASSED,
        decision=_YES,
    ),
    _trade(
        "Signature made after its algorithm was banned",
        "algorithm-banned.pdf",
        "BY",
        indication=_UNDECIDED,
        sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        decision=_OPEN,
        banned=True,
    ),
)
