"""The readable report: one self-contained page without script, language applied here (what a clerk must see first)."""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape

from policies.jurisdictions import jurisdictions
from policies.reasons import LANGUAGES
from policies.recognition import instruments_digest
from policies.vocabulary import RecognitionDecision
from validator.evidence import Evidence, digest, time_text
from validator.judge.verdict import SignatureVerdict, TimestampVerdict, Verdict
from validator.recognise import Recognition
from validator.report.answers import by_gravity, decisive, every_reason, technical
from validator.report.maker import maker
from validator.report.masking import masked
from validator.report.pictures import chain, events, timeline
from validator.report.safe_text import shown
from validator.report.sides import Said, Words
from validator.report.words import changed, complete, worded, words


def html_report(
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    language: str = "en",
    second: str | None = None,
) -> str:
    """The page. `language` is one of policies.reasons.LANGUAGES; with a `second` both stand side by side. What has no
    translation is shown in English."""
    chosen = tuple(item for item in (language, second) if item in LANGUAGES) or ("en",)
    style, table = _style(), Words(chosen)
    return str(
        _template().render(
            w=table,
            language=chosen[0],
            translated=all(map(complete, chosen)),
            style=Markup(style),  # noqa: S704 - our own style sheet
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            verdict=verdict,
            document=evidence.documents[0],
            others=evidence.documents[1:],
            technical=str(technical(verdict)),
            forums=[_recognition(item, table) for item in recognitions],
            signatures=[_signature(verdict, item, recognitions, table) for item in verdict.signatures],
            stamps=[_stamp(item, table) for item in verdict.timestamps],
            lists=evidence.trust.lists,
            why=[table.said(item) for item in decisive(verdict)],
            steps=_steps(verdict, recognitions, table),
            verdict_hash=digest(verdict),
            instruments=instruments_digest(),
            maker=maker(),
            t=time_text,
        )
    )


def noticed(page: str, notices: Iterable[str]) -> str:
    """The page with notices above everything else, so that a saved or printed one carries them too."""
    told = "".join(f'<p class="notice" role="note" lang="en"><strong>{escape(item)}</strong></p>' for item in notices)
    return page.replace("<main>", f"<main>{told}", 1)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("validator.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )


def _harmless(value: Any) -> Any:
    """Text that is no markup of ours may come from a stranger."""
    return shown(value) if type(value) is str else value


def _template() -> Any:
    return _environment().get_template("report.html.j2")


@cache
def _style() -> str:
    return _environment().get_template("report.css.j2").render().strip()


def _steps(verdict: Verdict, recognitions: tuple[Recognition, ...], table: Words) -> list[Said]:
    said = [table.said(item) for item in every_reason(verdict, recognitions)]
    by_step = {item.steps: item for item in reversed(said) if item.steps}
    return [item for item in said if item.steps and by_step[item.steps] is item]


def _recognition(item: Recognition, table: Words) -> dict[str, Any]:
    answer = item.answer
    keys = {
        RecognitionDecision.RECOGNISED: "recognised",
        RecognitionDecision.NOT_RECOGNISED: "not_recognised",
        RecognitionDecision.NOT_DECIDED: "not_decided",
        RecognitionDecision.NOT_ASKED: "not_asked",
    }
    known = jurisdictions().get(item.forum)
    level = str(answer.level or "-")
    sides = []
    for language in table.languages:
        forum = known.name(language) if known else item.forum
        sides.append(worded(language, keys[answer.decision], forum=forum, level=level))
    return {
        "key": keys[answer.decision],
        "sentence": table.joined(sides),
        "basis": answer.basis,
        "signature": item.signature,
        "reasons": [table.said(reason) for reason in answer.reasons],
    }


def _signature(
    verdict: Verdict, item: SignatureVerdict, recognitions: tuple[Recognition, ...], table: Words
) -> dict[str, Any]:
    plain = words(table.languages[0])
    stamps = tuple(one for one in verdict.timestamps if one.owner == item.id or one.id == item.best_time_proof)
    rows = events(verdict, item, stamps)
    proof = next((one for one in verdict.timestamps if one.id == item.best_time_proof), None)
    home = jurisdictions().get(item.home or "")
    return {
        "v": item,
        "masked": masked(item.signer.identifier if item.signer else None),
        "proof": table.filled("proven_by", authority=proof.authority or "?") if proof else table["not_proven"],
        "home": table.joined([(one, home.name(one)) for one in table.languages]) if home else item.home,
        "reasons": [table.said(reason) for reason in by_gravity(item.reasons)],
        "changes": [[(one, changed(change, one)) for one in table.languages] for change in item.changes],
        "events": rows,
        "timeline": Markup(timeline(rows, plain, plain["timeline"])),  # noqa: S704 - drawn here, text escaped there
        "chain": Markup(chain(item.chain, plain, plain["chain"])) if item.chain else None,  # noqa: S704
        "recognition": [_recognition(one, table) for one in recognitions if one.signature == item.id],
        "blocks": [
            {"block": block, "reasons": [table.said(reason) for reason in block.reasons]} for block in item.blocks
        ],
    }


def _stamp(item: TimestampVerdict, table: Words) -> dict[str, Any]:
    return {"v": item, "reasons": [table.said(reason) for reason in by_gravity(item.reasons)]}
