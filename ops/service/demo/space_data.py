"""The model space of the demonstration as data: five states, the hub, a state of the EU, a third country.

Organisations and persons are invented; their identifiers satisfy the registers' check digits and belong to nobody here.
Policies are those of the CA's own profiles, so that a mapping can only name what certificates really carry.
"""

from dataclasses import dataclass

HUB = "EAEU"
EU_STATE = "EE"
THIRD_COUNTRY = "CN"
MEMBERS = ("AM", "BY", "KZ", "KG", "RU")


@dataclass(frozen=True, slots=True)
class State:
    """One jurisdiction's PKI. `country` is what certificates write into countryName; `operator_identifier` is a whole
    semantics identifier; `key_algorithm` one of `ops.platform.keys.KeyAlgorithm`, and so is `national_algorithm`: the
    one that the state's own platform uses, empty where that is no other."""

    code: str
    country: str
    kind: str
    map_name: str
    operator: str
    operator_identifier: str
    key_algorithm: str
    national_algorithm: str = ""


STATES = (
    State("AM", "AM", "state", "Armenia", "Demo CA of Armenia", "NTRAM-00100001", "rsa-3072"),
    State("BY", "BY", "state", "Belarus", "Demo CA of Belarus", "TAXBY-400012345", "ec-p384", "bign-256"),
    State(
        "KZ", "KZ", "state", "Kazakhstan", "Demo CA of Kazakhstan", "NTRKZ-050140000011", "ec-p256", "gost-kz-2015-512"
    ),
    State("KG", "KG", "state", "Kyrgyzstan", "Demo CA of Kyrgyzstan", "NTRKG-00200002", "ec-p256", "tumar-kg"),
    State("RU", "RU", "state", "Russia", "Demo CA of Russia", "VATRU-7706123455", "rsa-3072", "gost-2012-256-a"),
    State(HUB, "RU", "hub", "Commission", "Demo hub of the trust space", "NTRRU-00700007", "ec-p384"),
    State(EU_STATE, "EE", "union", "Estonia (EU)", "Demo CA of Estonia", "NTREE-10000001", "ec-p384"),
    State(THIRD_COUNTRY, "CN", "third-country", "China", "Demo CA of China", "NTRCN-00300003", "ec-p256", "sm2"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A holder of a credential. `profile` is the CA profile; `identity` the arguments of the matching function of
    `ca.identity`; `party` the kind of party that recognition asks about."""

    key: str
    state: str
    profile: str
    identity: tuple[tuple[str, str], ...]
    party: str


PERSONS = (
    Person(
        "seller",
        "KZ",
        "legal-person",
        (("organization", "ТОО «Алтын Дән Экспорт»"), ("identifier", "110240003300")),
        "legal-person",
    ),
    Person(
        "buyer",
        "BY",
        "legal-person",
        (("organization", "ОАО «Гомельхлебпром»"), ("identifier", "100112206")),
        "legal-person",
    ),
    Person(
        "agency",
        "AM",
        "legal-person",
        (("organization", "Food Safety Inspectorate"), ("identifier", "NTRAM-00400004")),
        "public-authority",
    ),
    Person(
        "lawyer",
        "RU",
        "natural-person",
        (("given_name", "Мария"), ("surname", "Соколова"), ("identifier", "770123456703")),
        "lawyer",
    ),
    Person(
        "careless",
        "KZ",
        "natural-person",
        (("given_name", "Ерлан"), ("surname", "Сейтов"), ("identifier", "850615300129")),
        "natural-person",
    ),
    Person(
        "trader",
        "KG",
        "legal-person",
        (("organization", "ОсОО «Ала-Тоо Трейд»"), ("identifier", "NTRKG-00500005")),
        "legal-person",
    ),
    Person(
        "former",
        "BY",
        "natural-person",
        (("given_name", "Алесь"), ("surname", "Ковалёв"), ("identifier", "PNOBY-3150685A001PB3")),
        "natural-person",
    ),
    Person(
        "outsider",
        "CN",
        "legal-person",
        (("organization", "Harbin Grain Trading Co."), ("identifier", "NTRCN-00600006")),
        "legal-person",
    ),
    Person(
        "european",
        "EE",
        "natural-person",
        (("given_name", "Kadri"), ("surname", "Tamm"), ("identifier", "PNOEE-48506150017")),
        "natural-person",
    ),
)

# Seals the reports of the validation service that Belarus runs for the space; it signs nothing else.
REPORT_SERVICE = Person(
    "reports",
    "BY",
    "legal-person",
    (("organization", "Validation service of the trust space"), ("identifier", "TAXBY-400012345")),
    "legal-person",
)
