"""The trust map names every direction of trust, shows its state by line style, and is well-formed."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from ops.service.trustmap import MapEdge, MapNode, trust_map_svg

NODES = (
    MapNode("EAEU", "Commission", "hub"),
    MapNode("KZ", "Qazaqstan & Co", "state"),
    MapNode("CN", "China", "third-country"),
)
EDGES = (MapEdge("EAEU", "KZ", "in-force", "cross-certificate"), MapEdge("KZ", "EAEU", "suspended", "decision <120>"))
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def drawing() -> etree._Element:
    return etree.fromstring(trust_map_svg(NODES, EDGES, AS_OF).encode())


def test_every_direction_has_its_title_and_state() -> None:
    titles = [node.text for node in drawing().iter("{*}title")]
    assert "EAEU accepts KZ: in-force, cross-certificate" in titles
    assert "KZ accepts EAEU: suspended, decision <120>" in titles


def test_suspended_differs_by_line_and_not_only_by_colour() -> None:
    lines = [line for line in drawing().iter("{*}line") if line.get("marker-end")]
    assert [line.get("stroke-dasharray") for line in lines] == [None, "9 6"]


def test_everything_lies_inside_the_picture() -> None:
    for circle in drawing().iter("{*}circle"):
        for axis in ("cx", "cy"):
            assert 46 <= float(circle.get(axis, "0")) <= 760 - 46


def test_an_edge_to_nowhere_is_refused() -> None:
    with pytest.raises(KeyError):
        trust_map_svg(NODES, (MapEdge("KZ", "XX", "in-force", ""),), AS_OF)
