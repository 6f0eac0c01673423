"""Agreements of mutual recognition as a list of lists states them (EU mutual-recognition schema, version 2).

An agreement is directional: the pointing party reads the pointed party's services, statuses, qualifiers and
certificates as its own. Every equivalence has a status with a starting time and a history; what was enacted at a
moment counts for that moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.trustlists import uris
from policies.trustlists.criteria import CriteriaList


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKey:
    """A type of service: its URI and the additional information that belongs to it."""

    type: str
    additional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMapping:
    """The pointed party's statuses that count as (the first of) the pointing party's."""

    pointing: tuple[str, ...]
    pointed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentMapping:
    """A certificate of which `pointed` holds is treated as if `pointing` held. `context` says what it speaks about:
    …/QcCompliance, …/QcType or …/QcQSCD."""

    context: str
    pointing: CriteriaList
    pointed: CriteriaList


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalencePeriod:
    """An equivalence as it stood from `start` (aware UTC) on."""

    status: str
    start: datetime
    pointing: tuple[ServiceKey, ...]
    pointed: tuple[ServiceKey, ...]
    valid: tuple[StatusMapping, ...] = ()
    invalid: tuple[StatusMapping, ...] = ()
    contents: tuple[ContentMapping, ...] = ()
    qualifiers: tuple[tuple[str, str], ...] = ()
    """(pointed, pointing) pairs."""

    @property
    def enacted(self) -> bool:
        """In force, not repealed and not something else."""
        return self.status == uris.ENACTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """One equivalence of services under its legal identifier: the current entry and its history."""

    identifier: str
    current: EquivalencePeriod
    history: tuple[EquivalencePeriod, ...] = ()

    def spans(self) -> Iterator[tuple[EquivalencePeriod, datetime | None]]:
        """Each period, newest first, with the moment at which it ends (None for the newest)."""
        end = None
        for period in sorted((self.current, *self.history), key=lambda item: item.start, reverse=True):
            yield period, end
            end = period.start

    def at(self, moment: datetime) -> EquivalencePeriod | None:
        """The period that `moment` falls in; None before the first."""
        return next((period for period, _ in self.spans() if period.start <= moment), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """MutualRecognitionAgreementInformation: attributes as given, and the equivalences."""

    technical_type: str
    version: str
    pointing_legislation: str
    pointed_legislation: str
    depth: str | None = None
    equivalences: tuple[Equivalence, ...] = ()
