"""The answer as plain sentences, for a terminal."""

from policies.reasons import Reason, next_step, sentence
from policies.vocabulary import RecognitionDecision
from validator.evidence import time_text
from validator.judge.verdict import SignatureVerdict, TimestampVerdict, Verdict
from validator.recognise import Recognition
from validator.report.words import changed


def plain_text(name: str, verdict: Verdict, recognitions: tuple[Recognition, ...], language: str = "en") -> str:
    """Several lines: the file's verdict, each signature with its reasons and next steps, recognition."""
    sub = f" ({verdict.sub_indication})" if verdict.sub_indication else ""
    lines = [f"{name}: {verdict.indication}{sub}"]
    lines += _reasons(verdict.reasons, "  ", language)
    for item in verdict.signatures:
        lines += _signature(item, language)
        for answer in (one for one in recognitions if one.signature == item.id):
            lines += _recognition(answer, language)
    for token in verdict.timestamps:
        lines += _timestamp(token, language)
    lines.append(f"  evidence {verdict.evidence}, policy {verdict.policy}, at {time_text(verdict.at)}")
    return "\n".join(lines)


def _signature(item: SignatureVerdict, language: str) -> list[str]:
    sub = f" ({item.sub_indication})" if item.sub_indication else ""
    who = item.signer.name if item.signer else "unknown signer"
    when = time_text(item.best_signature_time) if item.best_signature_time else "-"
    proof = f"proven by {item.best_time_proof}" if item.best_time_proof else "not proven, the time of this check"
    lines = [f"  signature {item.id} by {who}: {item.indication}{sub}", f"    {item.level}, {item.qualification}"]
    lines.append(f"    best signature time {when} ({proof})")
    lines += [f"    {changed(change, language)}" for change in item.changes]
    return lines + _reasons(item.reasons, "    ", language)


def _timestamp(item: TimestampVerdict, language: str) -> list[str]:
    sub = f" ({item.sub_indication})" if item.sub_indication else ""
    when = time_text(item.time) if item.time else "-"
    lines = [f"  time-stamp {item.id} ({item.kind}) by {item.authority or 'unknown'}, {when}: {item.indication}{sub}"]
    return lines + _reasons(item.reasons, "    ", language)


def _recognition(item: Recognition, language: str) -> list[str]:
    answer = item.answer
    recognised = answer.decision is RecognitionDecision.RECOGNISED
    words = f"{answer.decision} as {answer.level}" if recognised else str(answer.decision)
    lines = [f"    in {item.forum}: {words}"]
    return lines + _reasons(answer.reasons, "      ", language)


def _reasons(reasons: tuple[Reason, ...], margin: str, language: str) -> list[str]:
    """Each reason as its sentence, its code and, where something can be done, the next step."""
    lines = []
    for reason in reasons:
        lines.append(f"{margin}- {sentence(reason, language)} [{reason.code}]")
        step = next_step(reason, language)
        if step:
            lines.append(f"{margin}  Next: {step}")
    return lines
