"""A jurisdiction as frozen values: names, law, levels, identifiers, certificate practice, tolerances.

Every item says how it is known (`Mark`), because a fact of law that nobody read must not look like one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.vocabulary import Mark, SignatureLevel


class JurisdictionKind(StrEnum):
    """What sort of legal order a file describes; `profile` is a set of technical rules without a state behind it."""

    STATE = "state"
    UNION = "union"
    HUB = "hub"
    THIRD_COUNTRY = "third-country"
    PROFILE = "profile"


class Legislation(StrEnum):
    """What QcCClegislation (ETSI EN 319 412-5 4.2.4) must say for a proof of level: nothing asked, the jurisdiction's
    own code, or the statement absent (which claims the law of the European Union)."""

    ANY = "any"
    OWN = "own"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalText:
    """An act. `id` is unique in the file; `article` is the one that matters; `in_force_from` its first moment, None
    when not known."""

    id: str
    citation: str
    title: str
    article: str = ""
    in_force_from: datetime | None = None
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelProof:
    """One way in which a certificate shows a level; all parts that are not empty must hold: any one of `policies`
    (OIDs), all of `qc_statements` (OIDs), any one of `extended_key_usages` (OIDs), and `legislation`."""

    policies: frozenset[str] = frozenset()
    qc_statements: frozenset[str] = frozenset()
    extended_key_usages: frozenset[str] = frozenset()
    legislation: Legislation = Legislation.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """A local class of signature and the neutral level it maps onto, with the proofs that a certificate may carry
    (none = not visible in a certificate)."""

    name: str
    level: SignatureLevel
    proofs: tuple[LevelProof, ...]
    legal_text: str
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierRule:
    """Where the identifier of a person or an organisation stands: `holder` natural, trader or legal; `attribute` the
    OID of the subject attribute or extension; `pattern` a regular expression that the whole value matches and whose
    group `id` is the identifier; `place` "subject" or "extension"."""

    name: str
    holder: str
    attribute: str
    place: str
    pattern: str
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFact:
    """Something that certificates or services of this jurisdiction do, for people and for profile design."""

    name: str
    text: str
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leniency:
    """A named departure from the standard that certificates of this jurisdiction are forgiven. The names are those of
    the defects that the path engine reports; using one is always stated in the report."""

    name: str
    description: str
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """One legal order. `names` by language code; `members` codes of the states of a union or hub;
    `revocation_freshness_seconds` the greatest accepted age of revocation information (EN 319 102-1 5.2.5), None for
    the data's own nextUpdate − thisUpdate; `algorithm_policy` the name of a catalogue; `digest` the SHA-256 of the
    file, hexadecimal, which pins it as an input of a verdict."""

    code: str
    kind: JurisdictionKind
    names: Mapping[str, str] = field(hash=False)
    members: frozenset[str]
    legal_texts: tuple[LegalText, ...]
    domestic_basis: str | None
    levels: tuple[LevelRule, ...]
    identifiers: tuple[IdentifierRule, ...]
    facts: tuple[ProfileFact, ...]
    leniencies: tuple[Leniency, ...]
    revocation_freshness_seconds: int | None
    algorithm_policy: str
    digest: str

    @property
    def leniency_names(self) -> frozenset[str]:
        """The names of all leniencies, as the path engine takes them."""
        return frozenset(item.name for item in self.leniencies)

    def name(self, language: str = "en") -> str:
        """The name in a language, in English where there is none."""
        return self.names.get(language, self.names["en"])

    def legal_text(self, identifier: str) -> LegalText:
        """The act with this id; KeyError when the file has none."""
        for text in self.legal_texts:
            if text.id == identifier:
                return text
        raise KeyError(identifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateClaims:
    """What a certificate says about its own level: OIDs of certificatePolicies, of QCStatements, of extKeyUsage, and
    the country codes of QcCClegislation (None when that statement is absent)."""

    policies: frozenset[str] = frozenset()
    qc_statements: frozenset[str] = frozenset()
    extended_key_usages: frozenset[str] = frozenset()
    qc_legislation: tuple[str, ...] | None = None
