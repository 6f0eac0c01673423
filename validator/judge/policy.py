"""The validation policy as data: which rules are evaluated, how much each weighs, with which values (5.1.4.2).

A policy is one file that may extend another; the shipped ones stand in `policies/`: three general ones, one that
another system's recorded facts were judged under, and one per jurisdiction and purpose (`BY/court`). Everything in an
effective policy knows the file and line that it comes from.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from policies.algorithms import AlgorithmPolicy, load_policy
from policies.errors import TrustspaceError
from policies.jurisdictions import jurisdictions
from validator.errors import PolicyRefusedError, PolicyUnknownError
from validator.judge.rules.catalogue import rules
from validator.judge.rules.model import Level, Position, Rule, RuleContext, Setting
from validator.judge.rules.reader import Entry, Member, PolicyFile, read_policy_file
from validator.path.types import RevocationMode

Source = tuple[str, str]
"""File name and text of a policy."""
Settings = Mapping[tuple[str, RuleContext], Setting]
RECORDED_POLICY = "diagnostic"
"""What the recorded facts of another system are judged by, unless a policy is named: that system's own default."""
_MAX_CHAIN = 8


class SignatureModel(StrEnum):
    """When the certificates of a path have to be valid (EN 319 102-1 5.6.2.1, 5.6.2.2): all at the time in question;
    each at the time at which its key signed the next; or the signing certificate at signing, the rest now."""

    SHELL = "shell"
    CHAIN = "chain"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementPolicy:
    """One effective policy. `digest` is the SHA-256 over its effective content, the algorithm catalogue's included and
    names, titles and sources excluded: equal digests judge alike.

    `revocation` as in path validation; `freshness_seconds` overrides nextUpdate − thisUpdate (5.2.5);
    `initial_policies` the acceptable certificate policies, None for any; `timestamp_status` "now" or "gen-time": for
    which time the status of a time-stamp authority's certificate must be known freshly (5.2.5 leaves the interval to
    the policy). With "gen-time" a revocation that is known still counts, whenever it became known. An algorithm that
    the catalogue ends after `algorithm_update` (the policy's own date: such an end is a forecast) weighs only
    `level_after_update` when it is used beyond that end.
    """

    name: str
    title: str
    purpose: str | None = None
    jurisdiction: str | None = None
    algorithms: AlgorithmPolicy
    revocation: RevocationMode
    freshness_seconds: int | None = None
    initial_policies: frozenset[str] | None = None
    clock_skew_seconds: int = 60
    timestamp_status: str = "now"
    signature_model: SignatureModel = SignatureModel.SHELL
    algorithm_update: datetime | None = None
    level_after_update: Level = Level.FAIL
    settings: Settings = field(hash=False, repr=False)
    members: Mapping[str, Member] = field(hash=False, repr=False, compare=False)
    active: Mapping[tuple[str, RuleContext, Position | None], tuple[tuple[Rule, Setting], ...]] = field(
        hash=False, repr=False, compare=False
    )
    digest: str

    def setting(self, rule: str, context: RuleContext = RuleContext.SIGNATURE) -> Setting:
        """What the policy says about a rule in a context. KeyError for a rule or context that does not exist."""
        return self.settings[rule, context]

    def evaluated(
        self, block: str, context: RuleContext, position: Position | None = None
    ) -> tuple[tuple[Rule, Setting], ...]:
        """The rules of a building block that are not ignored in a context, in the order of the definitions."""
        return self.active.get((block, context, position), ())

    def with_algorithms(self, algorithms: AlgorithmPolicy, name: str) -> "JudgementPolicy":
        """The same policy with another catalogue of algorithms, under a name that says so."""
        changed = replace(self, algorithms=algorithms, name=name)
        return replace(changed, digest=_digest(changed))


# --- the shipped policies -----------------------------------------------------------------------------------------


@cache
def judgement_policies() -> tuple[str, ...]:
    """The names of all shipped policies: the general ones, then those of jurisdictions (`BY/court`), each sorted."""
    general, national = [], []
    for item in _folder().iterdir():
        if item.is_dir():
            national += [f"{item.name}/{name}" for name in _names(item)]
    general = _names(_folder())
    return (*sorted(general), *sorted(national))


def _names(folder: Traversable) -> list[str]:
    return [item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")]


@cache
def judgement_policy(name: str) -> JudgementPolicy:
    """The shipped policy of that name. Raises PolicyUnknownError."""
    return policy_from_source(name, shipped(name))


def shipped(name: str) -> Source:
    """File name and text of a shipped policy. Raises PolicyUnknownError."""
    if name not in judgement_policies():
        known = ", ".join(judgement_policies())
        raise PolicyUnknownError(f"There is no judgement policy {name!r}; there are: {known}.")
    return f"policies/{name}.toml", _folder().joinpath(*f"{name}.toml".split("/")).read_text(encoding="utf-8")


def policy_for(jurisdiction: str, purpose: str) -> JudgementPolicy:
    """The shipped policy of a jurisdiction for a purpose (court, agency, contract). Raises PolicyUnknownError."""
    return judgement_policy(f"{jurisdiction.upper()}/{purpose}")


def _folder() -> Traversable:
    return files("validator.judge").joinpath("policies")


# --- building one -------------------------------------------------------------------------------------------------


def policy_from_toml(name: str, text: str) -> JudgementPolicy:
    """The policy that a TOML text describes; it may extend shipped ones. Raises PolicyRefusedError."""
    return policy_from_source(name, (name, text))


def policy_from_source(
    name: str,
    source: Source,
    find: Callable[[str], Source] = shipped,
    table: Callable[[str], AlgorithmPolicy] = load_policy,
) -> JudgementPolicy:
    """The effective policy of a file and everything that it extends; `find` gives the source of an extended name and
    `table` the catalogue of algorithms that a name means.

    Raises PolicyRefusedError with file and line for an unknown rule, a wrong level or parameter, a contradiction, a
    mandatory rule that is lowered, or a policy that extends itself.
    """
    chain = _chain(source, find)
    members = {name: member for file in reversed(chain) for name, member in file.members.items() if name != "extends"}
    settings = _merged(chain)
    _refuse_contradictions(settings)
    built = _built(name, chain[0].file, members, settings, table)
    return replace(built, digest=_digest(built))


def _chain(source: Source, find: Callable[[str], Source]) -> tuple[PolicyFile, ...]:
    """The file and its ancestors, itself first."""
    found = [read_policy_file(*source)]
    while parent := found[-1].members.get("extends"):
        try:
            following = read_policy_file(*find(parent.value))
        except PolicyUnknownError as fault:
            raise PolicyRefusedError(f"{parent.origin}: {fault.sentence}") from fault
        if following.file in (item.file for item in found):
            raise PolicyRefusedError(f"{parent.origin}: the policy extends itself by way of {following.file}.")
        if len(found) == _MAX_CHAIN:
            raise PolicyRefusedError(f"{parent.origin}: more than {_MAX_CHAIN} policies extend one another.")
        found.append(following)
    return tuple(found)


def _merged(chain: tuple[PolicyFile, ...]) -> dict[tuple[str, RuleContext], Setting]:
    settings = {(rule.id, context): item for rule in rules().values() for context, item in rule.defaults.items()}
    for file in reversed(chain):
        for entry in file.entries:
            for context in entry.contexts:
                settings[entry.rule.id, context] = _overlaid(settings[entry.rule.id, context], entry)
    return settings


def _overlaid(known: Setting, entry: Entry) -> Setting:
    level = known.level if entry.level is None else entry.level
    if level is Level.IGNORE and entry.parameters:
        raise PolicyRefusedError(
            f"{entry.origin}: {entry.rule.id} has parameters here but is ignored ({known.origin})."
        )
    parameters = tuple(sorted((dict(known.parameters) | dict(entry.parameters)).items()))
    missing = [item.name for item in entry.rule.parameters if item.name not in dict(parameters)]
    if missing and level is not Level.IGNORE:
        raise PolicyRefusedError(f"{entry.origin}: {entry.rule.id} needs {', '.join(missing)}.")
    return Setting(level=level, parameters=parameters, origin=entry.origin, source=entry.source)


def _refuse_contradictions(settings: Settings) -> None:
    """What one rule demands another may not forbid."""
    for rule in rules().values():
        for context in rule.contexts if rule.excludes else ():
            one, other = settings[rule.id, context], settings[rule.excludes or "", context]
            if Level.FAIL not in (one.level, other.level) or Level.IGNORE in (one.level, other.level):
                continue
            shared = set(one.texts()) & set(other.texts())
            if shared or not (one.texts() or other.texts()):
                what = f" ({', '.join(sorted(shared))})" if shared else ""
                raise PolicyRefusedError(
                    f"{other.origin}: {rule.excludes} forbids{what} what {rule.id} demands ({one.origin})."
                )


def _built(
    name: str,
    file: str,
    members: Mapping[str, Member],
    settings: Settings,
    table: Callable[[str], AlgorithmPolicy],
) -> JudgementPolicy:
    for needed in ("title", "algorithm_policy", "revocation"):
        if needed not in members:
            raise PolicyRefusedError(f"{file}:1: the member {needed} is missing, and nothing is extended that has it.")
    country = members.get("jurisdiction")
    if country is not None and country.value not in jurisdictions():
        raise PolicyRefusedError(f"{country.origin}: there is no jurisdiction {country.value!r}.")
    plain = {name: member.value for name, member in members.items() if name not in _READ}
    initial = members.get("initial_policies")
    return JudgementPolicy(
        name=name,
        algorithms=_algorithms(members["algorithm_policy"], table),
        revocation=RevocationMode(members["revocation"].value),
        initial_policies=None if initial is None else frozenset(initial.value),
        algorithm_update=_instant(members.get("algorithm_update")),
        level_after_update=Level(members["level_after_update"].value)
        if "level_after_update" in members
        else Level.FAIL,
        signature_model=SignatureModel(members["signature_model"].value if "signature_model" in members else "shell"),
        settings=MappingProxyType(dict(settings)),
        members=MappingProxyType(dict(members)),
        active=_active(settings),
        digest="",
        **plain,
    )


_READ = (
    "algorithm_policy",
    "algorithm_update",
    "level_after_update",
    "revocation",
    "initial_policies",
    "signature_model",
)


def _instant(member: Member | None) -> datetime | None:
    found = None if member is None else member.value
    return found.astimezone(UTC) if isinstance(found, datetime) else None


def _algorithms(member: Member, table: Callable[[str], AlgorithmPolicy]) -> AlgorithmPolicy:
    try:
        return table(member.value)
    except TrustspaceError as fault:
        raise PolicyRefusedError(f"{member.origin}: {fault.sentence}") from fault


def _active(
    settings: Settings,
) -> Mapping[tuple[str, RuleContext, Position | None], tuple[tuple[Rule, Setting], ...]]:
    found: dict[tuple[str, RuleContext, Position | None], list[tuple[Rule, Setting]]] = {}
    for (identifier, context), setting in settings.items():
        rule = rules()[identifier]
        if rule.check is not None and setting.level is not Level.IGNORE:
            found.setdefault((rule.block, context, rule.position), []).append((rule, setting))
    return MappingProxyType({key: tuple(items) for key, items in found.items()})


def _digest(policy: JudgementPolicy) -> str:
    """SHA-256 over canonical JSON of what can change a verdict."""
    heard = {
        f"{rule} {context}": [setting.level, setting.parameters]
        for (rule, context), setting in policy.settings.items()
        if setting.level is not Level.IGNORE
    }
    initial = policy.initial_policies
    content: dict[str, Any] = {
        "algorithms": policy.algorithms.digest,
        "revocation": policy.revocation,
        "freshness": policy.freshness_seconds,
        "initialPolicies": None if initial is None else sorted(initial),
        "clockSkew": policy.clock_skew_seconds,
        "timestampStatus": policy.timestamp_status,
        "signatureModel": policy.signature_model,
        "algorithmUpdate": policy.algorithm_update.isoformat() if policy.algorithm_update else None,
        "levelAfterUpdate": policy.level_after_update,
        "rules": heard,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
