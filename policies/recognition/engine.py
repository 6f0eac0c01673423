"""Decides the second axis: is a technically judged signature given effect in a forum, and under which instrument.

Pure: the same question and instruments give the same answer. All checks of an instrument run, so that the reader sees
every obstacle. Never a chain of instruments: what A recognises of B and B of C says nothing about A and C.
"""

from collections.abc import Iterator
from dataclasses import replace

from policies.jurisdictions import rank, unions_of
from policies.reasons import Reason
from policies.recognition.loader import instruments
from policies.recognition.model import (
    ANYWHERE,
    Applicability,
    Basis,
    Consideration,
    Exclusion,
    Instrument,
    InstrumentKind,
    Mechanism,
    RecognitionAnswer,
    RecognitionQuestion,
)
from policies.vocabulary import Indication, Mark, RecognitionDecision

_PASSED = (Indication.TOTAL_PASSED, Indication.PASSED)
_FAILED = (Indication.TOTAL_FAILED, Indication.FAILED, Indication.NO_SIGNATURE)

# What only a certification path can show, and obstacles that a proven earlier time could remove.
_FOUND_ON_A_PATH = frozenset((Mechanism.CROSS_CERTIFICATE, Mechanism.LIST_EQUIVALENCE))
_OF_THE_TIME = frozenset(("TS-REC-SIGNED-AFTER", "TS-REC-SUSPENDED", "TS-REC-FACT-UNKNOWN"))

Obstacle = tuple[Applicability, Reason]
_NO, _OPEN = Applicability.DOES_NOT_APPLY, Applicability.UNKNOWN


def recognise(question: RecognitionQuestion, among: tuple[Instrument, ...] | None = None) -> RecognitionAnswer:
    """The answer to `question` under the instruments `among` (all that are known when None).

    RECOGNISED only for a technically passed signature under one instrument that applies in every respect; the one
    giving the highest level is the basis, domestic law before others, then by id. NOT-DECIDED when a missing fact
    decides, or when the technical verdict is open and could still be followed by recognition; NOT-RECOGNISED otherwise.
    """
    known = instruments() if among is None else among
    if question.indication in _FAILED:
        failed = Reason.of("TS-REC-TECHNICALLY-FAILED", indication=question.indication)
        return _without_basis(question, RecognitionDecision.NOT_RECOGNISED, (failed,), known)
    if question.indication not in _PASSED:
        return _technically_open(question, known)
    return _answer(question, tuple(_considerations(question, known)), known)


def _without_basis(
    question: RecognitionQuestion,
    decision: RecognitionDecision,
    reasons: tuple[Reason, ...],
    among: tuple[Instrument, ...],
) -> RecognitionAnswer:
    considered = tuple(_considerations(question, among))
    return RecognitionAnswer(forum=question.forum, decision=decision, reasons=reasons, considered=considered)


def _technically_open(question: RecognitionQuestion, among: tuple[Instrument, ...]) -> RecognitionAnswer:
    """An open verdict leaves path, level and proven time open too. What no instrument could recognise even if all of
    them came out well is not recognised now; everything else has to wait for the technical verdict."""
    reason = Reason.of("TS-REC-TECHNICALLY-OPEN", indication=question.indication)
    hopeful = replace(question, mechanisms=question.mechanisms | _FOUND_ON_A_PATH, level=None)
    hopeless = bool(question.homes) and not any(_could_apply(item) for item in _considerations(hopeful, among))
    if not hopeless:
        return _without_basis(question, RecognitionDecision.NOT_DECIDED, (reason,), among)
    places = {"forum": question.forum, "home": ", ".join(question.homes)}
    reasons = (Reason.of("TS-REC-NO-BASIS", **places), reason)
    return _without_basis(question, RecognitionDecision.NOT_RECOGNISED, reasons, among)


def _could_apply(item: Consideration) -> bool:
    return item.applicability is not _NO or all(reason.code in _OF_THE_TIME for reason in item.reasons)


def _answer(
    question: RecognitionQuestion, considered: tuple[Consideration, ...], among: tuple[Instrument, ...]
) -> RecognitionAnswer:
    applying = [item for item in considered if item.applicability is Applicability.APPLIES and item.level is not None]
    if applying:
        best = max(applying, key=lambda item: rank(item.level) if item.level is not None else -1)
        return _recognised(question, best, considered, among)
    open_ = [item for item in considered if item.applicability is _OPEN]
    near = _distinct(reason for item in (open_ or _near(considered)) for reason in item.reasons)
    places = {"forum": question.forum, "home": ", ".join(question.homes) or "?"}
    if open_ or not question.homes:
        first = Reason.of("TS-REC-FACTS-MISSING", **places)
        return RecognitionAnswer(
            forum=question.forum,
            decision=RecognitionDecision.NOT_DECIDED,
            reasons=(first, *near),
            considered=considered,
        )
    return RecognitionAnswer(
        forum=question.forum,
        decision=RecognitionDecision.NOT_RECOGNISED,
        reasons=(Reason.of("TS-REC-NO-BASIS", **places), *near),
        considered=considered,
    )


def _recognised(
    question: RecognitionQuestion,
    best: Consideration,
    considered: tuple[Consideration, ...],
    among: tuple[Instrument, ...],
) -> RecognitionAnswer:
    instrument = next(item for item in among if item.id == best.instrument)
    reasons = [
        Reason.of(
            "TS-REC-RECOGNISED", forum=question.forum, home=best.home, level=best.level, citation=instrument.citation
        )
    ]
    if instrument.mark is Mark.ILLUSTRATIVE:
        reasons.append(Reason.of("TS-REC-ILLUSTRATIVE-BASIS", instrument=instrument.id))
    elif {instrument.mark, instrument.dates_mark} != {Mark.PUBLIC_TEXT}:
        reasons.append(Reason.of("TS-REC-BASIS-FROM-MEMORY", citation=instrument.citation))
    return RecognitionAnswer(
        forum=question.forum,
        decision=RecognitionDecision.RECOGNISED,
        level=best.level,
        basis=Basis(
            instrument=instrument.id,
            title=instrument.title,
            citation=instrument.citation,
            article=instrument.article,
            mark=instrument.mark,
        ),
        reasons=tuple(reasons),
        considered=considered,
    )


def _near(considered: tuple[Consideration, ...]) -> list[Consideration]:
    """Instruments between the right places: their obstacles are worth telling."""
    return [item for item in considered if all(reason.code != "TS-REC-DIRECTION" for reason in item.reasons)]


def _distinct(reasons: Iterator[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))


def _considerations(question: RecognitionQuestion, among: tuple[Instrument, ...]) -> Iterator[Consideration]:
    for instrument in among:
        for home in question.homes:
            yield _consider(question, instrument, home)


def _consider(question: RecognitionQuestion, instrument: Instrument, home: str) -> Consideration:
    if not names_both(instrument, home, question.forum):
        reason = Reason.of("TS-REC-DIRECTION", instrument=instrument.id, home=home, forum=question.forum)
        return Consideration(instrument=instrument.id, home=home, applicability=_NO, reasons=(reason,))
    obstacles = tuple(_obstacles(question, instrument))
    reasons = tuple(reason for _, reason in obstacles)
    kinds = {kind for kind, _ in obstacles}
    if kinds:
        worst = _NO if _NO in kinds else _OPEN
        return Consideration(instrument=instrument.id, home=home, applicability=worst, reasons=reasons)
    assert question.level is not None
    level = instrument.levels[question.level]
    return Consideration(instrument=instrument.id, home=home, applicability=Applicability.APPLIES, level=level)


def names_both(instrument: Instrument, home: str, forum: str) -> bool:
    """The instrument speaks of signatures from `home` in `forum`, in this direction. Home and forum themselves or the
    unions they are members of must be named; an instrument between states says nothing about a state's own signatures,
    except its domestic law."""
    if instrument.kind is InstrumentKind.DOMESTIC_LAW:
        return home == forum and bool(({forum} | unions_of(forum)) & instrument.forums)
    if home == forum:
        return False
    from_home = ANYWHERE in instrument.homes or bool(({home} | unions_of(home)) & instrument.homes)
    return from_home and bool(({forum} | unions_of(forum)) & instrument.forums)


def _obstacles(question: RecognitionQuestion, instrument: Instrument) -> Iterator[Obstacle]:
    if instrument.mark is Mark.ILLUSTRATIVE and not question.admit_illustrative:
        yield _NO, Reason.of("TS-REC-ILLUSTRATIVE-NOT-ADMITTED", instrument=instrument.id)
    yield from _date_obstacles(question, instrument)
    yield from _party_obstacles(question, instrument)
    for exclusion in instrument.exclusions:
        yield from _exclusion_obstacles(question, instrument, exclusion)
    yield from _level_obstacles(question, instrument)
    yield from _mechanism_obstacles(question, instrument)


def _date_obstacles(question: RecognitionQuestion, instrument: Instrument) -> Iterator[Obstacle]:
    """In force and not suspended when the signature was made, and still so now unless made signatures keep effect."""
    made = question.signature_time
    named = {"citation": instrument.citation}
    if not instrument.in_force:
        yield _NO, Reason.of("TS-REC-NOT-IN-FORCE", **named)
        return
    if not any(period.holds(made) for period in instrument.in_force):
        before = all(made < period.start for period in instrument.in_force)
        code = "TS-REC-SIGNED-BEFORE" if before else "TS-REC-SIGNED-AFTER"
        yield _NO, Reason.of(code, time=made.isoformat(), **named)
    elif any(period.holds(made) for period in instrument.suspended):
        yield _NO, Reason.of("TS-REC-SUSPENDED", time=made.isoformat(), **named)
    if instrument.keeps_effect:
        return
    now = question.evaluation_time
    if not any(period.holds(now) for period in instrument.in_force):
        yield _NO, Reason.of("TS-REC-ENDED", time=now.isoformat(), **named)
    elif any(period.holds(now) for period in instrument.suspended):
        yield _NO, Reason.of("TS-REC-SUSPENDED-NOW", time=now.isoformat(), **named)


def _party_obstacles(question: RecognitionQuestion, instrument: Instrument) -> Iterator[Obstacle]:
    for side, actual, allowed in (
        ("signer", question.signer, instrument.signers),
        ("relying", question.relying, instrument.relying),
        ("document", question.document, instrument.documents),
    ):
        if not allowed or actual in allowed:
            continue
        if actual is None:
            yield _OPEN, Reason.of("TS-REC-FACT-UNKNOWN", fact=side, citation=instrument.citation)
        else:
            yield _NO, Reason.of("TS-REC-SCOPE", fact=side, value=actual, citation=instrument.citation)


def _exclusion_obstacles(
    question: RecognitionQuestion, instrument: Instrument, exclusion: Exclusion
) -> Iterator[Obstacle]:
    sides = (
        ("signer", question.signer, exclusion.signers),
        ("relying", question.relying, exclusion.relying),
        ("document", question.document, exclusion.documents),
    )
    if any(named and actual is not None and actual not in named for _, actual, named in sides):
        return
    missing = [side for side, actual, named in sides if named and actual is None]
    if not missing:
        yield (
            _NO,
            Reason.of(
                "TS-REC-EXCLUDED", citation=instrument.citation, article=exclusion.article, exclusion=exclusion.text
            ),
        )
    for side in missing:
        yield _OPEN, Reason.of("TS-REC-FACT-UNKNOWN", fact=side, citation=instrument.citation)


def _level_obstacles(question: RecognitionQuestion, instrument: Instrument) -> Iterator[Obstacle]:
    if question.level is None:
        yield _OPEN, Reason.of("TS-REC-FACT-UNKNOWN", fact="level", citation=instrument.citation)
    elif question.level not in instrument.levels:
        yield _NO, Reason.of("TS-REC-LEVEL", level=question.level, citation=instrument.citation)


def _mechanism_obstacles(question: RecognitionQuestion, instrument: Instrument) -> Iterator[Obstacle]:
    at_hand = question.mechanisms | {Mechanism.DOMESTIC}
    if not any(needed <= at_hand for needed in instrument.mechanisms):
        wanted = " / ".join(sorted(" + ".join(sorted(needed)) for needed in instrument.mechanisms))
        yield _NO, Reason.of("TS-REC-MECHANISM", mechanism=wanted, citation=instrument.citation)
