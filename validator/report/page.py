"""The readable report: one self-contained page without script, language applied here (what a clerk must see first)."""

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from policies.jurisdictions import jurisdictions
from policies.reasons import LANGUAGES
from policies.recognition import instruments_digest
from policies.vocabulary import RecognitionDecision
from validator.evidence import Evidence, digest, time_text
from validator.judge.verdict import SignatureVerdict, TimestampVerdict, Verdict
from validator.recognise import Recognition
from validator.report.answers import by_gravity, decisive, every_reason, technical
from validator.report.masking import masked
from validator.report.pictures import chain, events, timeline
from validator.report.told import Told, tell
from validator.report.words import changed, complete, words


def html_report(
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    language: str = "en",
    second: str | None = None,
) -> str:
    """The page. `language` is one of policies.reasons.LANGUAGES; what has no translation is shown in English."""
    chosen = language if language in LANGUAGES else "en"
    style = _style()
    return str(
        _template().render(
            w=words(chosen),
            language=chosen,
            translated=complete(chosen),
            style=Markup(style),  # noqa: S704 - our own style sheet
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            verdict=verdict,
            document=evidence.documents[0],
            others=evidence.documents[1:],
            technical=str(technical(verdict)),
            forums=[_recognition(item, chosen) for item in recognitions],
            signatures=[_signature(verdict, item, recognitions, chosen) for item in verdict.signatures],
            stamps=[_stamp(item, chosen) for item in verdict.timestamps],
            why=_top(verdict, chosen),
            steps=_steps(verdict, recognitions, chosen),
            verdict_hash=digest(verdict),
            instruments=instruments_digest(),
            t=time_text,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("validator.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template() -> Any:
    return _environment().get_template("report.html.j2")


@cache
def _style() -> str:
    return _environment().get_template("report.css.j2").render().strip()


def _top(verdict: Verdict, language: str) -> list[Told]:
    return [tell(item, language) for item in decisive(verdict)]


def _steps(verdict: Verdict, recognitions: tuple[Recognition, ...], language: str) -> list[Told]:
    told = [tell(item, language) for item in every_reason(verdict, recognitions)]
    by_step = {item.next: item for item in reversed(told) if item.next}
    return [item for item in told if item.next and by_step[item.next] is item]


def _recognition(item: Recognition, language: str) -> dict[str, Any]:
    answer = item.answer
    keys = {
        RecognitionDecision.RECOGNISED: "recognised",
        RecognitionDecision.NOT_RECOGNISED: "not_recognised",
        RecognitionDecision.NOT_DECIDED: "not_decided",
        RecognitionDecision.NOT_ASKED: "not_asked",
    }
    known = jurisdictions().get(item.forum)
    forum = known.name(language) if known else item.forum
    return {
        "key": keys[answer.decision],
        "sentence": words(language)[keys[answer.decision]].format(forum=forum, level=answer.level or "-"),
        "basis": answer.basis,
        "signature": item.signature,
        "reasons": [tell(reason, language) for reason in answer.reasons],
    }


def _signature(
    verdict: Verdict, item: SignatureVerdict, recognitions: tuple[Recognition, ...], language: str
) -> dict[str, Any]:
    table = words(language)
    stamps = tuple(one for one in verdict.timestamps if one.owner == item.id or one.id == item.best_time_proof)
    rows = events(verdict, item, stamps)
    proof = next((one for one in verdict.timestamps if one.id == item.best_time_proof), None)
    home = jurisdictions().get(item.home or "")
    return {
        "v": item,
        "masked": masked(item.signer.identifier if item.signer else None),
        "proof": table["proven_by"].format(authority=proof.authority or "?") if proof else table["not_proven"],
        "home": home.name(language) if home else item.home,
        "reasons": [tell(reason, language) for reason in by_gravity(item.reasons)],
        "changes": [changed(change, language) for change in item.changes],
        "events": rows,
        "timeline": Markup(timeline(rows, table, table["timeline"])),  # noqa: S704 - drawn here, text escaped there
        "chain": Markup(chain(item.chain, table, table["chain"])) if item.chain else None,  # noqa: S704
        "recognition": [_recognition(one, language) for one in recognitions if one.signature == item.id],
        "blocks": [
            {"block": block, "reasons": [tell(reason, language) for reason in block.reasons]} for block in item.blocks
        ],
    }


def _stamp(item: TimestampVerdict, language: str) -> dict[str, Any]:
    return {"v": item, "reasons": [tell(reason, language) for reason in by_gravity(item.reasons)]}
