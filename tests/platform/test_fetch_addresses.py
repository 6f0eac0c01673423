"""Which network addresses the guarded client may reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.platform.fetch import refusal

REFUSED = {
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "192.168.0.1": "private",
    "169.254.169.254": "link-local",
    "100.64.0.1": "shared (carrier-grade NAT)",
    "0.0.0.0": "unspecified",
    "0.1.2.3": "private",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "192.0.2.1": "private",
    "198.18.0.1": "private",
    "192.88.99.1": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "::127.0.0.1": "reserved",
    "64:ff9b::10.0.0.1": "private",
    "2002:7f00:1::": "loopback",
    "2002:a00:1::": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "fc00::1": "private",
    "fd12::1": "private",
    "ff02::1": "multicast",
    "2001:db8::1": "private",
    "not an address": "not an address",
}


@pytest.mark.parametrize("address", REFUSED)
def test_special_addresses_are_refused(address: str) -> None:
    assert refusal(address, allow_private=False) == REFUSED[address]


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "64:ff9b::1.1.1.1"])
def test_public_addresses_pass(address: str) -> None:
    assert refusal(address, allow_private=False) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fd12::1", "100.64.0.1"])
def test_private_addresses_pass_when_allowed(address: str) -> None:
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "255.255.255.255", "ff02::1", "::"])
def test_nothing_allows_multicast_or_unspecified(address: str) -> None:
    assert refusal(address, allow_private=True) is not None


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_inner_one(address: object) -> None:
    assert refusal(f"::ffff:{address}", allow_private=False) == refusal(str(address), allow_private=False)
