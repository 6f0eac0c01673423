"""Set logic of revocation: order, repetition and irrelevance of evidence change nothing; a base with its delta says
what the full list says; the index finds what a plain reading finds."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform import der
from validator.revocation.entries import EntryIndex, EntryRules
from validator.revocation.types import Status

QUICK = settings(max_examples=60, deadline=None)
SERIAL = st.one_of(
    st.integers(-300, 300), st.integers(1 << 62, (1 << 62) + 500), st.integers(0, 1 << 159), st.integers(0, 1 << 175)
)


@pytest.fixture(scope="module")
def world(pki: SimpleNamespace):
    """One CA, one certificate, and evidence of every kind that may be offered about it."""
    ca, other = pki.authority("Property CA"), pki.authority("Property other CA")
    leaf = ca.issue("Property leaf", serial=3000)
    about = pki.cert_id(leaf, ca.certificate)
    hour = timedelta(hours=1)

    def response(status, this):
        return pki.ocsp(pki.by_name(ca.subject), ca.label, pki.single(about, status, this=this), produced=this)

    relevant = [
        pki.crl(ca, number=1),
        pki.crl(ca, pki.entry(3000, pki.NOW - pki.DAY, pki.reason(6)), number=2, this=pki.NOW - 20 * hour),
        pki.crl(ca, number=3, this=pki.NOW - 10 * hour),
        pki.crl(ca, pki.entry(3000, pki.NOW - pki.DAY, pki.reason(1)), number=4, this=pki.NOW - 9 * hour),
        pki.crl(ca, this=pki.NOW - 9 * pki.DAY, following=pki.NOW - pki.DAY, number=5),
        pki.crl(
            ca, pki.entry(3000, pki.NOW, pki.reason(8)), number=6, this=pki.NOW - 5 * hour,
            extensions=(pki.delta_indicator(2),),
        ),
        pki.crl(ca, number=7, flip=True),
        response(pki.GOOD, pki.NOW - 8 * hour),
        response(pki.revoked_status(code=6), pki.NOW - 7 * hour),
        response(pki.UNKNOWN, pki.NOW - 6 * hour),
    ]  # fmt: skip
    irrelevant = [
        pki.crl(other, pki.entry(3000)),
        pki.ocsp(pki.by_name(other.subject), other.label, pki.single(pki.cert_id(leaf, other.certificate, serial=1))),
        pki.ocsp(pki.by_name(ca.subject), ca.label, pki.single(pki.cert_id(leaf, ca.certificate, serial=1))),
    ]
    return SimpleNamespace(ca=ca, leaf=leaf, relevant=relevant, irrelevant=irrelevant)


@QUICK
@given(data=st.data())
def test_order_repetition_and_irrelevance(pki, world, data):
    chosen = data.draw(st.lists(st.sampled_from(world.relevant), max_size=6))
    answer = pki.ask(world.leaf, world.ca, *chosen)
    more = data.draw(st.permutations([*chosen, *chosen[:2], *data.draw(st.lists(st.sampled_from(world.irrelevant)))]))
    assert pki.ask(world.leaf, world.ca, *more) == answer


@QUICK
@given(data=st.data())
def test_more_evidence_never_makes_a_revoked_certificate_good(pki, world, data):
    chosen = data.draw(st.lists(st.sampled_from(world.relevant), max_size=5))
    extra = data.draw(st.sampled_from(world.relevant))
    if pki.ask(world.leaf, world.ca, *chosen).status is Status.REVOKED:
        assert pki.ask(world.leaf, world.ca, *chosen, extra).status is Status.REVOKED


@QUICK
@given(
    before=st.dictionaries(st.integers(1, 8), st.sampled_from([1, 4, 6])),
    changes=st.dictionaries(st.integers(1, 8), st.sampled_from([1, 4, 6, None])),
)
def test_base_and_delta_say_what_the_full_list_says(pki, world, before, changes):
    after = dict(before)
    entries = []
    for serial, code in changes.items():
        if code is None and before.get(serial) == 6:
            # Only a hold can end.
            del after[serial]
            entries.append(pki.entry(serial, pki.NOW, pki.reason(8)))
        elif code is not None and before.get(serial) in (None, 6):
            after[serial] = code
            entries.append(pki.entry(serial, pki.NOW - pki.DAY, pki.reason(code)))

    def listed(known, **rest):
        return pki.crl(
            world.ca, *(pki.entry(n, pki.NOW - pki.DAY, pki.reason(code)) for n, code in known.items()), **rest
        )

    this = pki.NOW - timedelta(hours=2)
    base, full = listed(before, number=1), listed(after, number=2, this=this)
    delta = pki.crl(world.ca, *entries, number=2, this=this, extensions=(pki.delta_indicator(1),))
    for serial in range(1, 9):
        subject = world.ca.issue("Delta property", serial=serial)
        combined, plain = pki.ask(subject, world.ca, base, delta), pki.ask(subject, world.ca, full)
        assert (combined.status, combined.reason_code) == (plain.status, plain.reason_code)


def entry_octets(serial: int, shape: int) -> bytes:
    time = b"\x17\x0d260101000000Z" if shape != 4 else b"\x18\x0f20550101000000Z"
    reason = der.extension("2.5.29.21", der.enumerated(4))
    invalid = der.extension("2.5.29.24", b"\x18\x0f20260101000000Z")
    extensions = {0: b"", 1: reason, 2: reason + invalid, 3: invalid, 4: reason, 5: invalid + reason}[shape]
    return der.sequence(der.integer(serial), time, der.sequence(extensions) if extensions else b"")


@QUICK
@given(entries=st.lists(st.tuples(SERIAL, st.integers(0, 5)), max_size=60), probes=st.lists(SERIAL, max_size=20))
def test_the_index_finds_what_is_there(entries, probes):
    data = b"".join(entry_octets(*item) for item in entries)
    index = EntryIndex(b"xx" + data, 2, 2 + len(data), EntryRules(2, False, False), b"seed567")
    assert len(index) == len(entries)
    listed = [serial for serial, _ in entries]
    for serial in (*listed, *probes):
        octets = der.integer_contents(serial)
        found = index.find(octets)
        assert len(found) == listed.count(serial)
        assert all(entry.serial_octets == octets for entry in found)


@QUICK
@given(octets=st.binary(max_size=400))
def test_no_octets_raise(pki, octets):
    for parse in (pki.parse_crl, pki.parse_ocsp):
        parse(octets)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_evidence_never_raises_and_never_says_good(pki, world, data):
    original = data.draw(st.sampled_from([world.relevant[0], world.relevant[7]]))
    octets = bytearray(original.der)
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    parsed = (pki.parse_crl if hasattr(original, "entries") else pki.parse_ocsp)(bytes(octets))
    answer = pki.ask(world.leaf, world.ca, parsed)
    if bytes(octets) != original.der and answer.status is Status.GOOD:
        # Only what the signature does not cover may differ without harm: certificates that a response carries.
        assert parsed.der[parsed.tbs_at[0] : parsed.tbs_at[1]] == original.der[original.tbs_at[0] : original.tbs_at[1]]
