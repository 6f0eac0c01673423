"""Rows about judgement policies for the command line: which exist, which rules there are, what is in effect and why."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from policies.errors import TrustspaceError
from validator.judge.policy import JudgementPolicy, judgement_policies, judgement_policy
from validator.judge.rules import Level, Rule, RuleContext, Setting, rules
from validator.judge.rules.model import Value
from validator.policy_files import policy_named

Row = dict[str, object]
Effective = tuple[tuple[RuleContext, ...], Setting]


class PolicyQuestionError(TrustspaceError):
    """The question about a policy contradicts itself."""

    code = "TS-POLICY-QUESTION"
    next_step = "Name a policy, or a forum with a purpose (court, agency, contract)."
    exit_status = 2


def asked_policy(name: str | None, forum: str | None, purpose: str | None) -> JudgementPolicy:
    """The policy of a name or file, or of a forum for a purpose (court when none is given)."""
    if name and (forum or purpose):
        raise PolicyQuestionError("A policy is named, and a forum or purpose as well.")
    if purpose and not forum:
        raise PolicyQuestionError("A purpose is given without a forum.")
    if forum:
        return judgement_policy(f"{forum.upper()}/{purpose or 'court'}")
    return policy_named(name or "default")


def checked_file(file: str) -> JudgementPolicy:
    """The policy in a file. Raises PolicyRefusedError with file and line, PolicyQuestionError for another name."""
    if not file.endswith(".toml"):
        raise PolicyQuestionError(
            f"{file!r} is not the path of a policy file.", next_step="Name a file that ends in .toml."
        )
    return policy_named(file)


def policy_rows() -> list[Row]:
    """Every shipped policy, one row each."""
    return [_policy_row(judgement_policy(name)) for name in judgement_policies()]


def _policy_row(policy: JudgementPolicy) -> Row:
    return {
        "policy": policy.name,
        "title": policy.title,
        "jurisdiction": policy.jurisdiction,
        "purpose": policy.purpose,
        "algorithms": policy.algorithms.name,
        "model": policy.signature_model,
        "digest": policy.digest,
    }


def rule_rows() -> list[Row]:
    """Every rule with what it has when no policy speaks about it."""
    return [
        {
            "rule": rule.id,
            "title": rule.title,
            "clause": rule.clause,
            "contexts": list(rule.contexts),
            "levels": {str(context): str(item.level) for context, item in rule.defaults.items()},
            "parameters": {item.name: str(item.kind) for item in rule.parameters},
            "mandatory": rule.mandatory,
            "subIndication": rule.sub_indication,
            "reasons": list(rule.reasons),
        }
        for rule in rules().values()
    ]


def explained(policy: JudgementPolicy, context: RuleContext | None) -> Iterator[Row]:
    """The effective policy: its own row, its plain members, then every rule in every context that it applies to, with
    file and line. A rule that is ignored is told as not evaluated."""
    yield {"kind": "policy", **_policy_row(policy)}
    for name, member in sorted(policy.members.items()):
        yield {
            "kind": "member",
            "member": name,
            "value": str(member.value) if isinstance(member.value, datetime) else member.value,
            "origin": str(member.origin),
            "source": member.source or None,
        }
    for rule in rules().values():
        for contexts, setting in _effective(policy, rule, context):
            yield {
                "kind": "rule",
                "rule": rule.id,
                "contexts": [str(item) for item in contexts],
                "level": str(setting.level),
                "evaluated": setting.level is not Level.IGNORE,
                "parameters": {name: _plain(value) for name, value in setting.parameters},
                "mandatory": rule.mandatory,
                "title": rule.title,
                "clause": rule.clause,
                "subIndication": rule.sub_indication,
                "reasons": list(rule.reasons),
                "origin": str(setting.origin),
                "source": setting.source or None,
            }


def _effective(policy: JudgementPolicy, rule: Rule, context: RuleContext | None) -> list[Effective]:
    """Contexts with the same setting stand together."""
    found: dict[Setting, list[RuleContext]] = {}
    for item in rule.contexts:
        if context is None or item is context:
            found.setdefault(policy.setting(rule.id, item), []).append(item)
    return [(tuple(contexts), setting) for setting, contexts in found.items()]


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def told(rows: Iterable[Row]) -> Iterator[str]:
    """The rows of `explained` as lines for a terminal."""
    for row in rows:
        if row["kind"] == "policy":
            yield f"{row['policy']}: {row['title']}"
            yield f"  digest {row['digest']}"
        elif row["kind"] == "member":
            yield f"  {row['member']} = {row['value']}  [{row['origin']}]{_because(row)}"
        else:
            yield f"{_level(row):14} {row['rule']}  ({_listed(row['contexts'])})  [{row['origin']}]"
            yield f"{'':14} {row['title']} ({row['clause']}){_values(row)}{_because(row)}"


def _level(row: Row) -> str:
    if row["mandatory"]:
        return "FAIL always"
    return str(row["level"]).upper() if row["evaluated"] else "not evaluated"


def _listed(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _values(row: Row) -> str:
    given = row["parameters"]
    if not isinstance(given, dict) or not given:
        return ""
    return "; " + "; ".join(f"{name}: {_listed(value)}" for name, value in given.items())


def _because(row: Row) -> str:
    return f"; source: {row['source']}" if row["source"] else ""
