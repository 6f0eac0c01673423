"""URIs and domain names that mean the same compare as the same (RFC 5280 7.2 to 7.4), others do not."""

import pytest

from validator.path.comparable import comparable_domain, comparable_mailbox, comparable_uri


@pytest.mark.parametrize(("first", "second", "same"), [
    ("HTTP://Example.com/", "http://example.com/", True),
    ("https://a.example", "https://a.example:443/", True),
    ("https://a.example:/", "https://a.example/", True),
    ("ldap://a.example:389/cn=x?c", "ldap://A.example/cn=x?c", True),
    ("https://a.example?q", "https://a.example/?q", True),
    ("https://a.example/%7eu/%2f", "https://a.example/~u/%2F", True),
    ("https://a.example/./x/../y", "https://a.example/y", True),
    ("https://a.example/../y", "https://a.example/y", True),
    ("https://a.example/x/..", "https://a.example/", True),
    ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", True),
    ("https://[2001:DB8::1]/", "https://[2001:db8::1]/", True),
    ("URN:a", "urn:a", True),
    ("urn:a", "urn:A", False),
    ("https://a.example/X", "https://a.example/x", False),
    ("https://a.example/x/", "https://a.example/x", False),
    ("https://a.example/a//b", "https://a.example/a/b", False),
    ("https://a.example/%2F", "https://a.example//", False),
    ("https://a.example:80/", "https://a.example/", False),
    ("http://a.example/", "https://a.example/", False),
    ("https://u@a.example/", "https://U@a.example/", False),
    ("other://a.example", "other://a.example/", False),
    ("no uri", "NO URI", False),
])  # fmt: skip
def test_uri(first: str, second: str, same: bool) -> None:
    assert (comparable_uri(first) == comparable_uri(second)) is same


@pytest.mark.parametrize(("text", "made"), [
    ("A.Example", "a.example"), ("BÜCHER.example", "xn--bcher-kva.example"), ("bu\u0308cher", "xn--bcher-kva"),
    ("straße", "xn--strae-oqa"), ("a\u3002example", "a.example"), ("\uff21.example", "a.example"),
    ("XN--BCHER-KVA", "xn--bcher-kva"), ("", ""),
])  # fmt: skip
def test_domain(text: str, made: str) -> None:
    assert comparable_domain(text) == made


@pytest.mark.parametrize(("text", "made"), [
    ("U@Example.com", "U@example.com"), ('"u v"@a.example', "u v@a.example"), (r'"\"\\"@a', '"\\@a'),
    ("ю@bücher.example", "ю@xn--bcher-kva.example"), ("nothing", "nothing"),
])  # fmt: skip
def test_mailbox(text: str, made: str) -> None:
    assert comparable_mailbox(text) == made
