"""What is written for a person is there whole or not at all, and is refused before the work that makes it."""

from pathlib import Path

import pytest

from ops.platform.output import OutputFileError, check_output_file, write_output_file


def test_a_file_is_replaced_whole_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    for octets in (b"first, and longer", b"second"):
        write_output_file(target, octets)
        assert target.read_bytes() == octets
    assert list(tmp_path.iterdir()) == [target]


def test_no_file_asked_for_is_fine(tmp_path: Path) -> None:
    check_output_file(None)
    write_output_file(None, b"octets")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", ["missing/report.html", ".", "a-file/report.html"])
def test_a_place_that_cannot_be_written_is_refused_beforehand(bad: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_bytes(b"")
    for act in (check_output_file, lambda path: write_output_file(path, b"octets")):
        with pytest.raises(OutputFileError) as caught:
            act(tmp_path / bad)
        assert (caught.value.code, caught.value.exit_status) == ("TS-OUTPUT-UNWRITABLE", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputFileError):
        write_output_file(tmp_path / ("a" * 300), b"octets")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    write_output_file(Path("/dev/null"), b"octets")
    assert not Path("/dev/null").is_file()
