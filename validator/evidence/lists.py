"""Trust lists that were used, and what they say about the certificates of an Evidence, as facts (TS 119 612).

Only the services that are on a certificate's way up are kept, per certificate: enough to decide its qualification again
at any moment, without the list.
"""

from dataclasses import dataclass
from datetime import datetime

from policies.trustlists.state import SignatureCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """One list. `name` is unique in an Evidence: the territory and the sequence number; `digest` the SHA-256 of the
    file; `parent` the name of the list of lists that points to it; `agreement_with` the territory that reads it over
    an agreement of mutual recognition; `signature` what its check said, `fault` a word when it is broken."""

    name: str
    digest: str
    source: str
    territory: str | None = None
    type: str | None = None
    version: int | None = None
    sequence: int | None = None
    issued: datetime | None = None
    next_update: datetime | None = None
    loaded: datetime | None = None
    signature: SignatureCheck = SignatureCheck.UNCHECKED
    fault: str = ""
    signer: str | None = None
    parent: str | None = None
    agreement_with: str | None = None
    list_of_lists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContent:
    """A certificate's claims as an agreement of mutual recognition reads them."""

    not_before: datetime
    policies: tuple[str, ...] = ()
    qc_statements: tuple[str, ...] = ()
    extended_key_usages: tuple[str, ...] = ()
    qc_legislation: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedService:
    """A period [`start`, `end`) of a listed service on the way up from `certificate` (SHA-256). The rest as in
    `policies.trustlists.entries.ServiceFact`."""

    certificate: str
    list: str
    type: str
    status: str
    start: datetime
    end: datetime | None = None
    name: str = ""
    provider: str = ""
    additional: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    undecided: bool = False
    law: str = "EU"
    depth: int = 0
    identity: str | None = None
    under_agreement: bool = False
    equivalence: str | None = None
    enacted_from: datetime | None = None
    enacted_until: datetime | None = None
    content: ReadContent | None = None
