"""The two fonts of everything that is drawn here: DejaVu Sans holds every letter of the eight languages."""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
FAMILY = "DejaVu Sans"


def font_folder() -> AbstractContextManager[Path]:
    """A folder with both fonts, for as long as the context is open."""
    return as_file(files("ops.platform").joinpath("assets"))


def font_file(name: str = REGULAR) -> AbstractContextManager[Path]:
    """One font as a file, for as long as the context is open."""
    return as_file(files("ops.platform").joinpath("assets", name))
