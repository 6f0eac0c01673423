"""The national digests: published examples in every form, the same answer from every form, and how a form is chosen."""

import itertools
import threading
import tomllib
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.algorithms import hashes
from policies.algorithms.hashes import Hash, backends
from policies.algorithms.hashes.answers import MESSAGE, knows

EXAMPLES = tomllib.loads((Path(__file__).parent / "examples.toml").read_text("utf-8"))["example"]
FORMS = tuple((name, source) for name in hashes.NAMES for source in hashes.forms(name))
AT_ONCE = {
    "Streebog-256": hashes.streebog256,
    "Streebog-512": hashes.streebog512,
    "GOST94-CryptoPro": hashes.gost94_cryptopro,
    "GOST94-Test": hashes.gost94_test,
    "belt-hash": hashes.belt_hash,
    "bash256": hashes.bash256,
    "bash384": hashes.bash384,
    "bash512": hashes.bash512,
    "SM3": hashes.sm3,
}


def digest(running: Hash, *pieces: bytes) -> bytes:
    for piece in pieces:
        running.update(piece)
    return running.digest()


@pytest.mark.parametrize(("name", "source"), FORMS)
def test_published_examples(name: str, source: str) -> None:
    examples = [item for item in EXAMPLES if item["name"] == name]
    assert examples
    for item in examples:
        assert digest(hashes.forms(name)[source](), bytes.fromhex(item["message"])).hex() == item["digest"], item[
            "source"
        ]


@pytest.mark.parametrize("name", hashes.NAMES)
def test_at_once(name: str) -> None:
    item = next(item for item in EXAMPLES if item["name"] == name)
    assert AT_ONCE[name](bytes.fromhex(item["message"])).hex() == item["digest"]


@pytest.mark.parametrize(("name", "source"), FORMS)
def test_known_answers(name: str, source: str) -> None:
    assert knows(hashes.forms(name)[source]())


@pytest.mark.parametrize("name", [name for name in hashes.NAMES if name != "SM3"])
def test_the_compiled_form_is_used(name: str, compiled: Callable[[str], Hash]) -> None:
    assert type(compiled(name)) is type(hashes.new(name))
    assert hashes.status(name) == hashes.Status(name, "c", ())


@given(st.data())
@settings(max_examples=60)
def test_every_form_gives_the_same(data: st.DataObject) -> None:
    """Over random octets and cuts, with a look at the digest and a copy on the way."""
    name = data.draw(st.sampled_from(hashes.NAMES))
    pieces = data.draw(st.lists(st.binary(max_size=300), max_size=5))
    results = set()
    for form in hashes.forms(name).values():
        running = form()
        for piece in pieces:
            running.update(piece)
            running.digest()
            running = running.copy()
        results.add(running.digest())
    results.add(digest(hashes.forms(name)["python"](), b"".join(pieces)))
    assert len(results) == 1


@pytest.mark.parametrize("name", hashes.NAMES)
def test_every_length_around_the_blocks(name: str) -> None:
    forms = hashes.forms(name)
    size = forms["python"]().block_size
    for length in (*range(max(0, size - 9), size + 10), *range(2 * size - 1, 2 * size + 2)):
        assert len({digest(form(), MESSAGE[:length]) for form in forms.values()}) == 1


@pytest.mark.parametrize(("name", "source"), FORMS)
def test_a_copy_is_its_own(name: str, source: str) -> None:
    first = hashes.forms(name)[source]()
    first.update(b"one")
    second = first.copy()
    second.update(b"two")
    assert first.digest() == digest(hashes.new(name), b"one")
    assert second.digest() == digest(hashes.new(name), b"one", b"two")
    assert second.hexdigest() == second.digest().hex()
    assert (second.name, second.digest_size) == (name, len(second.digest()))
    assert second.block_size == hashes.forms(name)["python"]().block_size


@pytest.mark.parametrize(("name", "source"), FORMS)
def test_any_contiguous_buffer_is_octets(name: str, source: str) -> None:
    form = hashes.forms(name)[source]
    expected = digest(form(), b"abcdef")
    for data in (bytearray(b"abcdef"), memoryview(b"xabcdefx")[1:-1], memoryview(b"abcdef").cast("H")):
        running = form()
        running.update(data)
        assert running.digest() == expected
    for wrong in ("abc", 3, None):
        with pytest.raises(TypeError):
            form().update(wrong)  # type: ignore[arg-type]
    with pytest.raises((TypeError, BufferError)):
        form().update(memoryview(b"abcdef")[::2])


def test_long_updates_in_python_take_no_memory() -> None:
    running = hashes.forms("GOST94-Test")["python"]()
    running.update(b"x" * 100)
    data = bytes(20_000)
    tracemalloc.start()
    try:
        running.update(data)
        assert tracemalloc.get_traced_memory()[1] < 10_000
    finally:
        tracemalloc.stop()


def test_one_computation_shared_by_threads(compiled: Callable[[str], Hash]) -> None:
    """Updates come whole, in some order: equal pieces give the digest of all of them, whatever the order."""
    piece = b"\x5a" * 50_001
    for name in ("Streebog-512", "bash384"):
        running = compiled(name)
        threads = [threading.Thread(target=running.update, args=(piece,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert running.digest() == digest(compiled(name), piece * 8)


def test_the_compiled_form_refuses_what_it_does_not_know(compiled: Callable[[str], Hash]) -> None:
    kind = type(compiled("bash256"))
    with pytest.raises(KeyError):
        kind("MD5")  # type: ignore[call-arg]
    for arguments, keywords in ((((),), {}), ((), {}), (("bash256",), {"data": b""})):
        with pytest.raises(TypeError):
            kind(*arguments, **keywords)
    with pytest.raises(TypeError):
        type("Sub", (kind,), {})


def test_tables_are_built_once_and_from_whole_constants(compiled: Callable[[str], Hash]) -> None:
    compiled("belt-hash")
    from policies.algorithms.hashes import _native, constants

    good = (
        constants.STREEBOG_PI,
        constants.STREEBOG_A,
        constants.STREEBOG_C,
        constants.GOST94_CRYPTOPRO,
        constants.GOST94_TEST,
        constants.BELT_H,
    )
    for position in range(len(good)):
        with pytest.raises(ValueError, match="octets"):
            _native.prepare(*good[:position], good[position][:-1], *good[position + 1 :])
    with pytest.raises(ValueError, match="above 15"):
        _native.prepare(*good[:3], b"\x10" * 128, *good[4:])
    _native.prepare(*(bytes(len(item)) for item in good))
    assert all(knows(compiled(name)) for name in hashes.NAMES if name != "SM3")


class Broken(backends.PythonHash):
    """Right for no octets, wrong for more: what a miscompiled form may look like."""

    def update(self, data: hashes.Octets, /) -> None:
        super().update(bytes(data)[::-1])


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def constructor(name: str) -> Callable[[], Hash]:
        return lambda: Broken(backends._CONSTRUCTIONS[name])

    chosen = itertools.chain([("c", constructor)], [item for item in backends._SOURCES if item[0] == "python"])
    monkeypatch.setattr(backends, "_SOURCES", tuple(chosen))
    backends._chosen.cache_clear()
    monkeypatch.setattr(backends, "_chosen", backends._chosen.__wrapped__)


@pytest.mark.usefixtures("broken")
def test_a_form_with_wrong_answers_is_not_used() -> None:
    with pytest.warns(hashes.AcceleratorWarning, match="belt-hash of c gives wrong digests"):
        assert hashes.status("belt-hash") == hashes.Status("belt-hash", "python", ("c",))
    with pytest.warns(hashes.AcceleratorWarning):
        assert type(hashes.new("belt-hash")) is backends.PythonHash


@pytest.mark.parametrize("ask", [hashes.new, hashes.forms, hashes.backend, hashes.status])
def test_unknown_names(ask: Callable[[str], object]) -> None:
    with pytest.raises(KeyError):
        ask("MD5")
