"""The two pictures of the report as SVG drawn here: timeline and certificate chain. Each has a table as its twin."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from xml.sax.saxutils import escape

from validator.evidence import time_text
from validator.judge.verdict import ChainLink, SignatureVerdict, TimestampVerdict, Verdict

_WIDTH, _LEFT, _RIGHT = 720, 20, 700
_PART = re.compile(r"(?:^|,)(CN|O|C)=((?:\\.|[^,\\])+)")


def short_name(subject: str, most: int) -> str:
    """Common name, else organisation, and country of a name in RFC 4514 form, in at most `most` characters; a picture
    has no room for more, and its table has the whole name."""
    parts = dict(reversed(_PART.findall(subject)))
    name = re.sub(r"\\(.)", r"\1", parts.get("CN") or parts.get("O") or subject)
    country = f", {parts['C']}" if "C" in parts else ""
    room = most - len(country)
    return (name if len(name) <= room else name[: room - 1] + "…") + country


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of the timeline: `word` is a key of the report's words, `detail` text for people."""

    at: datetime
    word: str
    detail: str = ""


def events(verdict: Verdict, signature: SignatureVerdict, stamps: tuple[TimestampVerdict, ...]) -> tuple[Event, ...]:
    """Everything dated about one signature, in order of time."""
    found: list[Event] = [Event(verdict.at, "ev_now")]
    if signature.chain:
        leaf = signature.chain[0]
        found += [Event(leaf.not_before, "ev_not_before"), Event(leaf.not_after, "ev_not_after")]
        if leaf.revocation_time is not None:
            found.append(Event(leaf.revocation_time, "ev_revoked"))
        found += [
            Event(link.status_issued, "ev_status", link.subject) for link in signature.chain if link.status_issued
        ]
    if signature.claimed_time is not None:
        found.append(Event(signature.claimed_time, "ev_claimed"))
    found += [Event(item.time, "ev_timestamp", item.authority or "") for item in stamps if item.time is not None]
    return tuple(sorted(set(found), key=lambda item: (item.at, item.word, item.detail)))


def timeline(rows: tuple[Event, ...], words: dict[str, str], title: str) -> str:
    """An SVG with one lane per event; the axis is compressed where nothing happens for long (breaks are marked)."""
    places = _places([item.at for item in rows])
    height = 40 + 26 * len(rows)
    parts = [_open(height, title), f'<line class="axis" x1="{_LEFT}" y1="20" x2="{_RIGHT}" y2="20"/>']
    for at, (event, x) in enumerate(zip(rows, places, strict=True)):
        y = 44 + 26 * at
        side = "end" if x > _WIDTH / 2 else "start"
        offset = -8 if side == "end" else 8
        label = f"{words[event.word]} {short_name(event.detail, 48)} · {time_text(event.at)[:16].replace('T', ' ')}"
        parts.append(f'<line class="drop" x1="{x}" y1="20" x2="{x}" y2="{y}"/>')
        parts.append(f'<circle class="{escape(event.word)}" cx="{x}" cy="{y}" r="5"/>')
        parts.append(f'<text x="{x + offset}" y="{y + 4}" text-anchor="{side}">{escape(label)}</text>')
    return "".join((*parts, "</svg>"))


def _places(times: list[datetime]) -> list[int]:
    """Positions by time, except that a gap longer than ten times the median gap counts as ten times."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    positive = sorted(gap for gap in gaps if gap > 0)
    if not positive:
        return [_WIDTH // 2] * len(times)
    cap = 10 * positive[len(positive) // 2]
    shown = [min(gap, cap) for gap in gaps]
    total = sum(shown) or 1
    places, run = [_LEFT + 10], 0.0
    for gap in shown:
        run += gap
        places.append(_LEFT + 10 + round((_RIGHT - _LEFT - 20) * run / total))
    return places


def chain(links: tuple[ChainLink, ...], words: dict[str, str], title: str) -> str:
    """The certification path top-down: trust anchor first, signer last."""
    ordered = tuple(reversed(links))
    height = 20 + 76 * len(ordered)
    parts = [_open(height, title)]
    for at, link in enumerate(ordered):
        y = 10 + 76 * at
        if at:
            kind = "cross" if link.cross else "link"
            parts.append(f'<line class="{kind}" x1="360" y1="{y - 22}" x2="360" y2="{y}"/>')
        box = "anchor" if link.anchor_source else "node"
        parts.append(f'<rect class="{box}" x="60" y="{y}" width="600" height="54" rx="6"/>')
        parts.append(f'<text class="strong" x="74" y="{y + 22}">{escape(short_name(link.subject, 62))}</text>')
        parts.append(f'<text x="74" y="{y + 42}">{escape(_line(link, words)[:96])}</text>')
    return "".join((*parts, "</svg>"))


def _line(link: ChainLink, words: dict[str, str]) -> str:
    until = f"{time_text(link.not_before)[:10]} – {time_text(link.not_after)[:10]}"
    extra = [words["anchor"]] if link.anchor_source else [link.status] if link.status else []
    if link.cross:
        extra.append(words["cross"])
    return " · ".join([until, *(item for item in extra if item)])


def _open(height: int, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title, {chr(34): "&quot;"})}"><title>{escape(title)}</title>'
    )
