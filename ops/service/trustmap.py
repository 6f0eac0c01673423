"""Draws the trust map: states on a circle, one arrow for each direction of trust, its state by line style and label.

Pure: values in, SVG text out. The same facts must stand beside it as a table, because a picture is never the only form.
"""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from math import cos, hypot, pi, sin

_SIZE = 760
_CENTRE = _SIZE / 2
_RADIUS = 265
_NODE = 46
_STYLES = {
    "in-force": ("#1b6e3c", ""),
    "suspended": ("#9a5b00", "9 6"),
    "revoked": ("#a11a1a", "2 5"),
}


@dataclass(frozen=True, slots=True)
class MapNode:
    """A jurisdiction: `kind` is "state", "hub", "union" or "third-country"."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class MapEdge:
    """One direction of trust: certificates of `target` are accepted through `source`. `state` picks the line style."""

    source: str
    target: str
    state: str
    label: str


def _positions(nodes: tuple[MapNode, ...]) -> dict[str, tuple[float, float]]:
    """The hub in the middle, everyone else on the circle in the given order."""
    around = [node for node in nodes if node.kind != "hub"]
    step = 2 * pi / max(len(around), 1)
    placed = {node.code: (_CENTRE, _CENTRE) for node in nodes if node.kind == "hub"}
    for index, node in enumerate(around):
        angle = -pi / 2 + index * step
        placed[node.code] = (_CENTRE + _RADIUS * cos(angle), _CENTRE + _RADIUS * sin(angle))
    return placed


def _arrow(edge: MapEdge, start: tuple[float, float], stop: tuple[float, float]) -> str:
    """A line from rim to rim, moved sideways so that the two directions of a pair do not cover each other."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    length = hypot(dx, dy) or 1.0
    ux, uy = dx / length, dy / length
    side = 7.0
    x1, y1 = start[0] + ux * _NODE - uy * side, start[1] + uy * _NODE + ux * side
    x2, y2 = stop[0] - ux * (_NODE + 6) - uy * side, stop[1] - uy * (_NODE + 6) + ux * side
    colour, dashes = _STYLES[edge.state]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    text = escape(f"{edge.source} accepts {edge.target}: {edge.state}, {edge.label}")
    return (
        f'<g><title>{text}</title><line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="2.2"{dash} marker-end="url(#tip-{edge.state})"/></g>'
    )


def _node(node: MapNode, place: tuple[float, float]) -> str:
    x, y = place
    rim = ' stroke-dasharray="5 4"' if node.kind == "third-country" else ""
    fill = "#e9eef6" if node.kind == "hub" else "#ffffff"
    return (
        f'<g><title>{escape(node.name)}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="{_NODE}" fill="{fill}" '
        f'stroke="#22303f" stroke-width="2"{rim}/>'
        f'<text x="{x:.1f}" y="{y - 2:.1f}" text-anchor="middle" font-size="17" font-weight="bold">'
        f"{escape(node.code)}</text>"
        f'<text x="{x:.1f}" y="{y + 14:.1f}" text-anchor="middle" font-size="9.5">{escape(node.name)}</text></g>'
    )


def _legend() -> str:
    rows = []
    for index, (state, (colour, dashes)) in enumerate(_STYLES.items()):
        y = _SIZE - 74 + index * 18
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        rows.append(
            f'<line x1="24" y1="{y}" x2="66" y2="{y}" stroke="{colour}" stroke-width="2.2"{dash}/>'
            f'<text x="74" y="{y + 4}" font-size="12">{state}</text>'
        )
    return "".join(rows)


def trust_map_svg(nodes: tuple[MapNode, ...], edges: tuple[MapEdge, ...], as_of: datetime) -> str:
    """The map as a self-contained SVG document. Raises KeyError for an edge to a node that is not given."""
    placed = _positions(nodes)
    tips = "".join(
        f'<marker id="tip-{state}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
        for state, (colour, _) in _STYLES.items()
    )
    moment = as_of.strftime("%Y-%m-%d")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img" '
        'font-family="DejaVu Sans, sans-serif">'
        f"<title>Trust map as of {moment}</title>"
        f"<desc>{len(nodes)} jurisdictions, {len(edges)} directions of trust; "
        "an arrow goes from the state that accepts.</desc>"
        f'<defs>{tips}</defs><rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>'
        f'<text x="24" y="34" font-size="18" font-weight="bold">Who accepts whose certificates, as of {moment}</text>'
        + "".join(_arrow(edge, placed[edge.source], placed[edge.target]) for edge in edges)
        + "".join(_node(node, placed[node.code]) for node in nodes)
        + _legend()
        + "</svg>"
    )
