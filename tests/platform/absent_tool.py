"""A test that needs a tool which nobody has; run by test_harness.py, not collected by itself."""

from collections.abc import Callable


def test_an_absent_tool(require: Callable[[str], str]) -> None:
    require("a-tool-that-nobody-has")
