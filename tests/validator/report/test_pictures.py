"""Names in the pictures fit their boxes and stay recognisable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.report.pictures import short_name


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("CN=Demo CA of Belarus Root,organizationIdentifier=TAXBY-1,O=Demo CA,C=BY", "Demo CA of Belarus Root, BY"),
        ("SERIALNUMBER=IIN1,GN=Ерлан,SN=Сейтов,CN=Сейтов Ерлан,C=KZ", "Сейтов Ерлан, KZ"),
        ("O=Only\\, an organisation,C=AM", "Only, an organisation, AM"),
        ("OU=neither", "OU=neither"),
    ],
)
def test_common_name_and_country(subject: str, expected: str) -> None:
    assert short_name(subject, 60) == expected


@given(st.text(max_size=200), st.integers(min_value=10, max_value=80))
def test_never_longer_than_the_room(name: str, most: int) -> None:
    assert len(short_name(f"CN={name},C=KZ", most)) <= most
