"""The validation policy as data: what the judgement demands beyond the standard itself (EN 319 102-1 5.1.4.2)."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from policies.algorithms import AlgorithmPolicy, load_policy
from validator.errors import PolicyUnknownError
from validator.path.types import RevocationMode

_KEYS = frozenset(
    (
        "title",
        "algorithm_policy",
        "revocation",
        "freshness_seconds",
        "key_usage",
        "initial_policies",
        "signing_certificate_reference",
        "signing_time_required",
        "unknown_signature_policy",
        "timestamp_delay_seconds",
        "long_term_required",
        "clock_skew_seconds",
        "timestamp_status",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementPolicy:
    """One named policy. `digest` is the SHA-256 over its text and the algorithm catalogue's name.

    `revocation` as in path validation; `freshness_seconds` overrides nextUpdate − thisUpdate (5.2.5); `key_usage`: the
    signer's certificate must carry one of these bits when it has the extension; `initial_policies` the acceptable
    certificate policies, None for any; `signing_certificate_reference` "baseline" (demanded in the ETSI forms) or
    "always"; `unknown_signature_policy` "warn" or "refuse"; `timestamp_delay_seconds` see 5.5.4 step 5;
    `long_term_required`: a signature without its own long-term material does not pass; `timestamp_status` "now" or
    "gen-time": for which time the status of a time-stamp authority's certificate must be known freshly (5.2.5 leaves
    the interval to the policy). With "gen-time" a revocation that is known still counts, whenever it became known.
    """

    name: str
    title: str
    algorithms: AlgorithmPolicy
    revocation: RevocationMode
    freshness_seconds: int | None = None
    key_usage: tuple[str, ...] = ()
    initial_policies: frozenset[str] | None = None
    signing_certificate_reference: str = "baseline"
    signing_time_required: bool = False
    unknown_signature_policy: str = "warn"
    timestamp_delay_seconds: int | None = None
    long_term_required: bool = False
    clock_skew_seconds: int = 60
    timestamp_status: str = "now"
    digest: str


def judgement_policies() -> tuple[str, ...]:
    """The names of all policies, sorted."""
    return tuple(sorted(item.name.removesuffix(".toml") for item in _folder().iterdir() if item.name.endswith(".toml")))


@cache
def judgement_policy(name: str) -> JudgementPolicy:
    """The policy of that name. Raises PolicyUnknownError."""
    if name not in judgement_policies():
        known = ", ".join(judgement_policies())
        raise PolicyUnknownError(f"There is no judgement policy {name!r}; there are: {known}.")
    return policy_from_toml(name, _folder().joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def policy_from_toml(name: str, text: str) -> JudgementPolicy:
    """The policy that a TOML text describes. Raises ValueError on unknown members."""
    table: dict[str, Any] = tomllib.loads(text)
    if table.keys() - _KEYS:
        raise ValueError(f"policy {name}: unknown members {sorted(table.keys() - _KEYS)}")
    catalogue = str(table.pop("algorithm_policy"))
    initial = table.pop("initial_policies", None)
    return JudgementPolicy(
        name=name,
        algorithms=load_policy(catalogue),
        revocation=RevocationMode(table.pop("revocation")),
        key_usage=tuple(table.pop("key_usage", ())),
        initial_policies=None if initial is None else frozenset(initial),
        digest=hashlib.sha256(f"{catalogue}\n{text}".encode()).hexdigest(),
        **table,
    )


def _folder() -> Traversable:
    return files("validator.judge").joinpath("policies")
