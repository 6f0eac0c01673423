"""What stands on the pages of the PDF, worded in one or two languages. The template only places it.

A text for people is a list of [language, text] pairs: one for each language asked for, in the language it really is in.
"""

from typing import Any

from policies.jurisdictions import jurisdictions
from policies.reasons import LANGUAGES, Reason
from policies.recognition import instruments_digest
from policies.vocabulary import RecognitionDecision
from validator.evidence import Evidence, digest, time_text
from validator.judge.verdict import ChainLink, SignatureVerdict, Verdict
from validator.recognise import Recognition
from validator.report.answers import by_gravity, decisive, every_reason, technical
from validator.report.maker import maker
from validator.report.masking import masked
from validator.report.pictures import events
from validator.report.safe_text import shown
from validator.report.told import tell
from validator.report.words import changed, worded, words

View = dict[str, Any]
Texts = list[list[str]]
MAX_SIGNATURES = 100
MAX_ROWS = 200
MAX_STEPS = 8

_KEYS = {
    RecognitionDecision.RECOGNISED: "recognised",
    RecognitionDecision.NOT_RECOGNISED: "not_recognised",
    RecognitionDecision.NOT_DECIDED: "not_decided",
    RecognitionDecision.NOT_ASKED: "not_asked",
}


def view(
    evidence: Evidence, verdict: Verdict, recognitions: tuple[Recognition, ...], languages: tuple[str, ...]
) -> View:
    """Everything on the pages, ready to be placed."""
    chosen = tuple(item for item in languages if item in LANGUAGES)[:2] or ("en",)
    return _View(evidence, verdict, recognitions, chosen).whole()


class _View:
    def __init__(
        self, evidence: Evidence, verdict: Verdict, recognitions: tuple[Recognition, ...], languages: tuple[str, ...]
    ) -> None:
        self._evidence = evidence
        self._verdict = verdict
        self._recognitions = recognitions
        self._languages = languages

    def whole(self) -> View:
        verdict = self._verdict
        document = self._evidence.documents[0] if self._evidence.documents else None
        return {
            "languages": list(self._languages),
            "words": {key: self._word(key) for key in words("en")},
            "name": shown(document.name, 200) if document else "",
            "technical": {"key": str(technical(verdict)), "indication": _indication(verdict)},
            "forums": self._forums(),
            "documents": [_document(item) for item in self._evidence.documents[:MAX_ROWS]],
            "signatures": [self._signature(item) for item in verdict.signatures[:MAX_SIGNATURES]],
            "omitted": max(0, len(verdict.signatures) - MAX_SIGNATURES),
            "why": self._told(decisive(verdict)),
            "steps": self._steps(),
            "stamps": [self._stamp(item) for item in verdict.timestamps[:MAX_ROWS]],
            "records": [
                {"id": item.id, "time": _time(item.time), "indication": _indication(item)}
                for item in verdict.evidence_records[:MAX_ROWS]
            ],
            "lists": [
                [shown(item.name, 100), str(item.sequence or "–"), _time(item.loaded), item.digest]
                for item in self._evidence.trust.lists[:MAX_ROWS]
            ],
            "about": {
                "report": digest(verdict),
                "at": _time(verdict.at),
                "evidence": verdict.evidence,
                "policy": f"{shown(verdict.policy, 200)} {verdict.policy_hash}",
                "instruments": instruments_digest(),
                "maker": maker(),
            },
        }

    # --- words ---------------------------------------------------------------------------------------------------

    def _word(self, key: str, **params: str) -> Texts:
        # What neither language has its own words for stands there once, in English.
        return _once([list(worded(language, key, **params)) for language in self._languages])

    def _told(self, reasons: tuple[Reason, ...]) -> list[View]:
        return [self._reason(item) for item in reasons[:MAX_ROWS]]

    def _reason(self, reason: Reason) -> View:
        told = [tell(reason, language) for language in self._languages]
        return {
            "code": reason.code,
            "severity": told[0].severity,
            "clause": told[0].clause,
            "texts": _once([[item.language, shown(item.sentence)] for item in told]),
        }

    def _steps(self) -> list[Texts]:
        found: dict[str, Texts] = {}
        for reason in every_reason(self._verdict, self._recognitions):
            told = [tell(reason, language) for language in self._languages]
            if told[0].next:
                found.setdefault(told[0].next, _once([[item.language, shown(item.next)] for item in told]))
        return list(found.values())[:MAX_STEPS]

    # --- recognition ---------------------------------------------------------------------------------------------

    def _forums(self) -> list[View]:
        return [self._forum(item) for item in self._recognitions[:MAX_ROWS]]

    def _forum(self, item: Recognition) -> View:
        answer = item.answer
        known = jurisdictions().get(item.forum)
        key = _KEYS[answer.decision]
        level = str(answer.level or "–")
        sentence = [
            [language, worded(language, key, forum=known.name(language) if known else item.forum, level=level)[1]]
            for language in self._languages
        ]
        basis = answer.basis
        return {
            "key": key,
            "signature": item.signature,
            "sentence": sentence,
            "basis": shown(f"{basis.title}, {basis.citation}, {basis.article} ({basis.mark})") if basis else "",
            "reasons": self._told(answer.reasons),
        }

    # --- signatures ----------------------------------------------------------------------------------------------

    def _signature(self, item: SignatureVerdict) -> View:
        stamps = tuple(
            one for one in self._verdict.timestamps if one.owner == item.id or one.id == item.best_time_proof
        )
        return {
            "id": item.id,
            "name": shown(item.signer.name, 200) if item.signer else "?",
            "indication": _indication(item),
            "key": _state(item),
            "level": f"{item.level} · {item.process}",
            "who": self._who(item),
            "when": self._when(item),
            "whole": [] if item.covers_whole is None else self._word("whole" if item.covers_whole else "not_whole"),
            "changes": [
                [[language, changed(change, language)] for language in self._languages]
                for change in item.changes[:MAX_ROWS]
            ],
            "law": self._law(item),
            "forums": [one for one in self._forums() if one["signature"] == item.id],
            "reasons": self._told(by_gravity(item.reasons)),
            "events": [
                [_time(one.at), self._word(one.word), shown(one.detail, 300)]
                for one in events(self._verdict, item, stamps)
            ],
            "chain": [self._link(link) for link in item.chain[:MAX_ROWS]],
            "blocks": [
                {"name": block.name, "clause": block.clause, "indication": _indication(block)}
                for block in item.blocks[:MAX_ROWS]
            ],
        }

    def _who(self, item: SignatureVerdict) -> list[list[Any]]:
        signer = item.signer
        if signer is None:
            return [[self._word("name"), "?"]]
        organisation = " ".join(one for one in (signer.organisation, signer.organisation_identifier) if one)
        rows = [
            ("name", shown(signer.name, 500)),
            ("identifier", masked(signer.identifier)),
            ("organisation", shown(organisation, 500)),
            ("country", signer.country and shown(signer.country, 20)),
        ]
        found: list[list[Any]] = [[self._word(key), text] for key, text in rows if text]
        if signer.pseudonym:
            found.append([self._word("name"), self._word("pseudonym")])
        return [*found, [self._word("capacity"), self._word("capacity_text")]]

    def _when(self, item: SignatureVerdict) -> list[list[Any]]:
        proof = next((one for one in self._verdict.timestamps if one.id == item.best_time_proof), None)
        authority = shown((proof.authority if proof else None) or "?", 200)
        best = self._word("proven_by", authority=authority) if proof else self._word("not_proven")
        found: list[list[Any]] = [[self._word("best_time"), _time(item.best_signature_time), best]]
        if item.claimed_time is not None:
            found.append([self._word("claimed_time"), _time(item.claimed_time), []])
        return found

    def _law(self, item: SignatureVerdict) -> list[list[Any]]:
        home = jurisdictions().get(item.home or "")
        names = [[language, home.name(language) if home else item.home or "?"] for language in self._languages]
        quality = f"{item.qualification} ({item.qualification_basis})"
        return [
            [self._word("home"), names],
            [self._word("level"), str(item.legal_level or "–")],
            [self._word("quality"), quality],
        ]

    def _link(self, link: ChainLink) -> list[Any]:
        status: Any = link.status or "–"
        if link.anchor_source:
            status = self._word("anchor")
        elif link.revocation_time is not None:
            status = f"{link.status} {_time(link.revocation_time)}"
        source = link.anchor_source or link.status_kind or "–"
        return [shown(link.subject, 500), _time(link.not_before), _time(link.not_after), status, shown(source, 300)]

    def _stamp(self, item: Any) -> View:
        return {
            "kind": item.kind,
            "authority": shown(item.authority or "?", 200),
            "time": _time(item.time),
            "indication": _indication(item),
            "reasons": self._told(by_gravity(item.reasons)),
        }


def _once(texts: Texts) -> Texts:
    return [list(pair) for pair in dict.fromkeys(map(tuple, texts))]


def _state(item: SignatureVerdict) -> str:
    if item.indication == "TOTAL-PASSED":
        return "confirmed"
    return "failed" if item.indication == "TOTAL-FAILED" else "open"


def _indication(item: Any) -> str:
    return f"{item.indication} / {item.sub_indication}" if item.sub_indication else str(item.indication)


def _document(item: Any) -> View:
    return {
        "name": shown(item.name, 300),
        "sha256": item.sha256,
        "size": item.size,
        "pages": item.pages,
    }


def _time(at: Any) -> str:
    return "–" if at is None else time_text(at).replace("T", " ").replace("Z", " UTC")
