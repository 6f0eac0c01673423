"""Certificate profiles: what a person writes (`ProfileConfig`) and what the room uses (`Profile`).

A profile is validated completely when it is loaded, so that nothing is found out at issue time. It owns the key usage,
the policies, the QCStatements and the bounds; a request cannot ask for more. Rules: EN 319 412-2, -3 and -5, EN 319
411-2 5.3, RFC 5280 4.2, RFC 6960 4.2.2.2, RFC 3161 2.3, RFC 3029 9.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ca.errors import ProfileError
from ca.profile_rules import check_profile
from ops.platform.keys import KeyAlgorithm

# ISO 3166-1 codes of the states whose law is the eIDAS regulation: the Union and the EEA.
EU_STATES = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV"}
    | {"MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO"}
)


class Purpose(StrEnum):
    """What a certificate is for; decides who may issue it and how it is built."""

    ROOT = "root"
    ISSUING = "issuing"
    CROSS = "cross"
    LINK = "link"
    OCSP = "ocsp"
    TSA = "tsa"
    TTP = "ttp"
    NATURAL_PERSON = "natural-person"
    LEGAL_PERSON = "legal-person"
    ORGANISATION_PERSON = "organisation-person"

    @property
    def is_ca(self) -> bool:
        """Whether the subject may sign certificates."""
        return self in (Purpose.ROOT, Purpose.ISSUING, Purpose.CROSS, Purpose.LINK)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValidityConfig(_Strict):
    """Days of validity, and how old notBefore may be: at once, and when approvals have been waited for."""

    days: int = Field(ge=1, le=36_525)
    longest_days: int = Field(ge=1, le=36_525)
    backdate_minutes: int = Field(default=0, ge=0, le=1440)
    preparation_hours: int = Field(default=24, ge=1, le=168)


class KeyConfig(_Strict):
    """Kinds of key and their use."""

    algorithms: tuple[str, ...] = tuple(kind.value for kind in KeyAlgorithm if not kind.is_national)
    usage: tuple[str, ...]
    extended_usage: tuple[str, ...] = ()
    extended_usage_critical: bool = False


class SubjectConfig(_Strict):
    """Attributes of the subject: all of `required`, one of each group in `one_of`, any of `optional`."""

    required: tuple[str, ...] = ("countryName", "commonName")
    one_of: tuple[tuple[str, ...], ...] = ()
    optional: tuple[str, ...] = ()


class PublicationConfig(_Strict):
    """Where status and issuer are found: pointers that the certificate carries."""

    issuer: bool = True
    ocsp: bool = True
    crl: bool = True
    no_check: bool = False


class QualifiedConfig(_Strict):
    """QCStatements of a qualified certificate."""

    type: Literal["esign", "eseal"]
    device: bool
    retention_years: int = Field(ge=1, le=100)
    disclosure_languages: tuple[str, ...] = ("en",)


class JurisdictionConfig(_Strict):
    """What the law of one state adds: policies and extended key usages, as OIDs."""

    policies: tuple[str, ...] = ()
    extended_usage: tuple[str, ...] = ()


class ProfileConfig(_Strict):
    """A profile file as written."""

    purpose: Purpose
    summary: str = Field(min_length=10, max_length=300)
    path_length: int | None = Field(default=None, ge=0, le=10)
    open_policies: bool = False
    approvals: int = Field(default=0, ge=0, le=9)
    validity: ValidityConfig
    key: KeyConfig
    subject: SubjectConfig = SubjectConfig()
    publication: PublicationConfig = PublicationConfig()
    qualified: QualifiedConfig | None = None
    jurisdiction: dict[str, JurisdictionConfig] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Qualified:
    """The QCStatements that a profile makes."""

    seal: bool
    device: bool
    retention_years: int
    disclosure_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that passed every check. Made by `compile_profile` only."""

    name: str
    purpose: Purpose
    summary: str
    path_length: int | None
    open_policies: bool
    approvals: int
    period: timedelta
    longest: timedelta
    backdate: timedelta
    preparation: timedelta
    key_algorithms: frozenset[str]
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    extended_key_usage_critical: bool
    subject_required: frozenset[str]
    subject_one_of: tuple[frozenset[str], ...]
    subject_allowed: frozenset[str]
    points_to_issuer: bool
    points_to_ocsp: bool
    points_to_crl: bool
    no_check: bool
    qualified: Qualified | None
    policies: Mapping[str, tuple[str, ...]]
    national_usages: Mapping[str, tuple[str, ...]]

    def policies_for(self, jurisdiction: str) -> tuple[str, ...]:
        """The policy OIDs under the law of a state: its own, else the Union's for members, else the general ones."""
        return _under_law(self.policies, jurisdiction)

    def extended_usages_for(self, jurisdiction: str) -> tuple[str, ...]:
        """The extended key usages under the law of a state."""
        return self.extended_key_usage + _under_law(self.national_usages, jurisdiction)


def _under_law(table: Mapping[str, tuple[str, ...]], jurisdiction: str) -> tuple[str, ...]:
    if jurisdiction in table:
        return table[jurisdiction]
    if jurisdiction in EU_STATES and "EU" in table:
        return table["EU"]
    return table.get("*", ())


def compile_profile(name: str, config: ProfileConfig) -> Profile:
    """The profile of a configuration. Raises ProfileError naming the first setting that breaks a rule."""
    check_profile(name, config)
    subject = config.subject
    grouped = frozenset(attribute for group in subject.one_of for attribute in group)
    return Profile(
        name=name,
        purpose=config.purpose,
        summary=config.summary,
        path_length=config.path_length,
        open_policies=config.open_policies,
        approvals=config.approvals,
        period=timedelta(days=config.validity.days),
        longest=timedelta(days=config.validity.longest_days),
        backdate=timedelta(minutes=config.validity.backdate_minutes),
        preparation=timedelta(hours=config.validity.preparation_hours),
        key_algorithms=frozenset(config.key.algorithms),
        key_usage=config.key.usage,
        extended_key_usage=config.key.extended_usage,
        extended_key_usage_critical=config.key.extended_usage_critical,
        subject_required=frozenset(subject.required),
        subject_one_of=tuple(frozenset(group) for group in subject.one_of),
        subject_allowed=frozenset(subject.required) | grouped | frozenset(subject.optional),
        points_to_issuer=config.publication.issuer,
        points_to_ocsp=config.publication.ocsp,
        points_to_crl=config.publication.crl,
        no_check=config.publication.no_check,
        qualified=_qualified(config.qualified),
        policies=MappingProxyType({code: law.policies for code, law in config.jurisdiction.items() if law.policies}),
        national_usages=MappingProxyType(
            {code: law.extended_usage for code, law in config.jurisdiction.items() if law.extended_usage}
        ),
    )


def _qualified(config: QualifiedConfig | None) -> Qualified | None:
    if config is None:
        return None
    return Qualified(config.type == "eseal", config.device, config.retention_years, config.disclosure_languages)


def read_profile(name: str, text: str) -> Profile:
    """The profile of one file's text. Raises ProfileError."""
    try:
        return compile_profile(name, ProfileConfig.model_validate(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"The profile {name} is not readable TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ProfileError(f"The profile {name} is wrong at {where}: {first['msg']}.") from error


@cache
def shipped_profiles() -> Mapping[str, Profile]:
    """The profiles that come with the package, by name."""
    entries = (entry for entry in files("ca").joinpath("profiles").iterdir() if entry.name.endswith(".toml"))
    named = ((entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8")) for entry in entries)
    return MappingProxyType({name: read_profile(name, text) for name, text in sorted(named)})


def load_profiles(folder: Path | None = None) -> Mapping[str, Profile]:
    """The shipped profiles, each replaced by the file of the same name in `folder`; other files there are added."""
    own = {}
    for path in sorted(folder.glob("*.toml")) if folder else ():
        own[path.stem] = read_profile(path.stem, path.read_text(encoding="utf-8"))
    return MappingProxyType({**shipped_profiles(), **own})
