"""Judgement policies as files: what is refused and where it is said, what is in effect and where it comes from."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.service.policyrules import PolicyQuestionError, asked_policy, checked_file, explained, policy_rows, told
from policies.algorithms import load_policy
from policies.jurisdictions import jurisdictions
from policies.vocabulary import Indication
from validator.errors import PolicyRefusedError, PolicyUnknownError
from validator.evidence import Evidence
from validator.judge import Verdict, judge
from validator.judge.policy import (
    JudgementPolicy,
    SignatureModel,
    judgement_policies,
    judgement_policy,
    policy_for,
    policy_from_source,
    policy_from_toml,
    shipped,
)
from validator.judge.rules import Level, RuleContext, rules
from validator.judge.rules.lines import lines_of
from validator.judge.rules.reader import MAX_CHARACTERS, read_policy_file
from validator.policy_files import policy_named, policy_used

HEAD = 'title = "x"\nextends = "default"\n'
PURPOSES = ("court", "agency", "contract")

# name, text after HEAD, line, a word of the sentence
REFUSED = [
    ("no rule of that name", '[signature]\n"SAV.none" = "fail"', 4, "no rule"),
    ("no such member", 'colour = "red"', 3, "no member"),
    ("no such level", '[signature]\n\n"SAV.signing-time" = "severe"', 5, "no level"),
    ("level of another type", '[signature]\n"SAV.signing-time" = 3', 4, "no level"),
    ("mandatory rule lowered", '[every]\n"CV.value" = "warn"', 4, "no choice"),
    ("mandatory rule ignored", '[time-stamp]\n"TSV.imprint" = "ignore"', 4, "no choice"),
    ("rule of another context", '[time-stamp]\n"SAV.signing-time" = "fail"', 4, "not evaluated for"),
    ("ignored with parameters", '[signature]\n"FC.format" = { level = "ignore", values = ["PAdES"] }', 4, "ignored"),
    ("parameters for an ignored rule", '[signature]\n"FC.format" = { values = ["PAdES"] }', 4, "ignored"),
    ("neither level nor parameter", '[signature]\n"FC.format" = {}', 4, "neither"),
    ("no such parameter", '[signature]\n"FC.format" = { level = "fail", words = ["x"] }', 4, "no parameter"),
    ("parameter of another type", '[signature]\n"FC.format" = { level = "fail", values = 3 }', 4, "list of texts"),
    ("list of numbers", '[signature]\n"FC.format" = { level = "fail", values = [3] }', 4, "list of texts"),
    ("negative duration", '[signature]\n"LTV.time-stamp-delay" = { level = "fail", seconds = -1 }', 4, "whole number"),
    ("duration in words", '[signature]\n"LTV.time-stamp-delay" = { level = "fail", seconds = "1" }', 4, "whole number"),
    ("parameter missing", '[signature]\n"FC.format" = "fail"', 4, "needs values"),
    ("source of another type", '[signature]\n"SAV.signing-time" = { level = "fail", source = 1 }', 4, "source"),
    ("not a table", 'signature = "fail"', 3, "table of rules"),
    ("no such mode", 'revocation = "sometimes"', 3, "one of"),
    ("seconds as text", 'freshness_seconds = "1"', 3, "whole number"),
    ("more seconds than a calendar has", "freshness_seconds = 10000000001", 3, "whole number"),
    (
        "a delay of more than centuries",
        '[signature]\n"LTV.time-stamp-delay" = { level = "fail", seconds = 10000000001 }',
        4,
        "whole number",
    ),
    ("flag for a number", "clock_skew_seconds = true", 3, "whole number"),
    ("list of anything", "initial_policies = [1]", 3, "list of texts"),
    ("member without value", 'signature_model = { source = "x" }', 3, "value"),
    ("no such model", 'signature_model = "bridge"', 3, "one of"),
    ("date without zone", "algorithm_update = 2022-01-01T00:00:00", 3, "offset"),
    ("date after the last", "algorithm_update = 9999-12-31T23:59:59-12:00", 3, "offset"),
    ("no such catalogue", 'algorithm_policy = "none"', 3, "none"),
    ("no such jurisdiction", 'jurisdiction = "XX"', 3, "jurisdiction"),
    ("no TOML", "[signature\n", 3, "TOML"),
    ("key twice", 'title = "y"', 3, "TOML"),
    (
        "demanded and forbidden at once",
        '[signature]\n"SAV.counter-signature" = "fail"\n"SAV.counter-signature-forbidden" = "fail"',
        5,
        "forbids",
    ),
    (
        "the same value demanded and forbidden",
        '[signature]\n"XCV.ca-certificate.extensions-required" = { level = "fail", values = ["1.2", "1.3"] }\n'
        '"XCV.ca-certificate.extensions-forbidden" = { level = "warn", values = ["1.3"] }',
        5,
        "1.3",
    ),
]


@pytest.mark.parametrize(("text", "line", "word"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused_with_the_line(text: str, line: int, word: str) -> None:
    with pytest.raises(PolicyRefusedError) as refused:
        policy_from_toml("mine.toml", HEAD + text)
    assert refused.value.sentence.startswith(f"mine.toml:{line}: ")
    assert word in refused.value.sentence
    assert refused.value.exit_status == 2


def test_different_values_may_be_demanded_and_forbidden() -> None:
    text = (
        '[signature]\n"XCV.ca-certificate.extensions-required" = { level = "fail", values = ["1.2"] }\n'
        '"XCV.ca-certificate.extensions-forbidden" = { level = "fail", values = ["1.3"] }'
    )
    assert policy_from_toml("mine.toml", HEAD + text).setting("XCV.ca-certificate.extensions-required").texts() == (
        "1.2",
    )


def test_policy_that_extends_itself() -> None:
    files = {"a": ("a.toml", 'title = "a"\nextends = "b"'), "b": ("b.toml", 'title = "b"\n\nextends = "a"')}
    with pytest.raises(PolicyRefusedError, match=r"b\.toml:3: .*extends itself"):
        policy_from_source("a", files["a"], files.__getitem__)
    with pytest.raises(PolicyRefusedError, match=r"mine:2: There is no judgement policy 'none'"):
        policy_from_toml("mine", 'title = "a"\nextends = "none"')


def test_chain_that_never_ends() -> None:
    def another(name: str) -> tuple[str, str]:
        return f"{name}.toml", f'title = "{name}"\nextends = "{int(name) + 1}"'

    with pytest.raises(PolicyRefusedError, match="extend one another"):
        policy_from_source("0", another("0"), another)


def test_policy_without_what_it_needs() -> None:
    with pytest.raises(PolicyRefusedError, match=r"mine:1: the member revocation is missing"):
        policy_from_toml("mine", 'title = "x"\nalgorithm_policy = "default"')


def test_policy_too_long() -> None:
    with pytest.raises(PolicyRefusedError, match="longer"):
        policy_from_toml("mine", "#" * (MAX_CHARACTERS + 1))


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda octets: octets.decode("latin-1")))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    sentence = "any:"
    try:
        read_policy_file("any", text)
    except PolicyRefusedError as refused:
        sentence = refused.sentence
    assert sentence.startswith("any:")


def test_lines() -> None:
    text = 'a = 1\n\n# [no]\n[one]\n"x.y" = [\n  "[",\n  "b",\n]\nc = { d = "]" } # [\n[two."th.ree"]\n\'e\' = 1\n'
    assert dict(lines_of(text)) == {
        ("a",): 1,
        ("one",): 4,
        ("one", "x.y"): 5,
        ("one", "c"): 9,
        ("two", "th.ree"): 10,
        ("two", "th.ree", "e"): 11,
    }


# --- what is in effect --------------------------------------------------------------------------------------------


def test_nearest_file_wins_and_is_named() -> None:
    found = policy_from_toml(
        "mine.toml",
        HEAD
        + '[every]\n"SAV.issuer-serial" = "fail"\n'
        + '[time-stamp]\n"SAV.issuer-serial" = { level = "inform", source = "law" }',
    )
    signature = found.setting("SAV.issuer-serial")
    stamp = found.setting("SAV.issuer-serial", RuleContext.TIME_STAMP)
    assert (signature.level, str(signature.origin)) == (Level.FAIL, "mine.toml:4")
    assert (stamp.level, str(stamp.origin), stamp.source) == (Level.INFORM, "mine.toml:6", "law")
    usage = found.setting("XCV.signing-certificate.key-usage")
    assert (usage.level, usage.origin.file) == (Level.FAIL, "policies/default.toml")
    assert found.setting("SAV.signing-time").origin.file == "rules/attributes.toml"


def test_parameters_are_inherited() -> None:
    found = policy_from_toml("mine", HEAD + '[signature]\n"XCV.signing-certificate.key-usage" = "warn"')
    setting = found.setting("XCV.signing-certificate.key-usage")
    assert (setting.level, setting.texts()) == (Level.WARN, ("digitalSignature", "nonRepudiation"))


@pytest.mark.parametrize("name", judgement_policies())
def test_explanation_is_complete(name: str) -> None:
    policy = judgement_policy(name)
    rows = [row for row in explained(policy, None) if row["kind"] == "rule"]
    told_about = {(row["rule"], context) for row in rows for context in row["contexts"]}  # type: ignore[attr-defined]
    assert told_about == {(rule.id, str(context)) for rule in rules().values() for context in rule.contexts}
    for row in rows:
        file, _, line = str(row["origin"]).partition(":")
        assert file.endswith(".toml")
        assert int(line) > 0
        assert row["evaluated"] is (row["level"] != "ignore")
    assert len(list(told(explained(policy, RuleContext.TIME_STAMP)))) > 10


@pytest.mark.parametrize("name", [name for name in judgement_policies() if "/" in name])
def test_policy_of_a_jurisdiction(name: str) -> None:
    code, purpose = name.split("/")
    policy = judgement_policy(name)
    assert policy is policy_for(code.lower(), purpose)
    assert (policy.jurisdiction, policy.purpose) == (code, purpose)
    assert policy.algorithms.name == jurisdictions()[code].algorithm_policy
    own = read_policy_file(*shipped(name))
    assert all(entry.source for entry in own.entries), "a difference without its source"
    assert all(own.members[item].source for item in own.members if item in ("algorithm_policy", "signature_model"))


def test_every_jurisdiction_has_every_purpose() -> None:
    states = {code for code, item in jurisdictions().items() if item.kind != "profile"}
    assert {name for name in judgement_policies() if "/" in name} == {
        f"{code}/{one}" for code in states for one in PURPOSES
    }


def test_no_shipped_policy_is_weaker_than_the_default() -> None:
    """Overlays add; only the policy for other systems' facts has lower levels, and says so."""
    usual = judgement_policy("default")
    for name in judgement_policies():
        found = judgement_policy(name)
        lower = [key for key, item in usual.settings.items() if found.settings[key].level.weight < item.level.weight]
        assert not lower or name == "diagnostic", (name, lower)


def test_model_is_data() -> None:
    assert judgement_policy("default").signature_model is SignatureModel.SHELL
    assert judgement_policy("RU/court").signature_model is SignatureModel.CHAIN


def test_digest_is_of_the_content() -> None:
    one = policy_from_toml("one", HEAD + '[signature]\n"SAV.signing-time" = "fail"')
    same = policy_from_toml(
        "two",
        HEAD.replace('"x"', '"y"') + '# more\n[signature]\n"SAV.signing-time" = { level = "fail", source = "law" }',
    )
    other = policy_from_toml("one", HEAD + '[signature]\n"SAV.signing-time" = "warn"')
    catalogue = one.with_algorithms(load_policy("legacy"), "one, historic")
    assert one.digest == same.digest
    assert len({one.digest, other.digest, catalogue.digest, judgement_policy("default").digest}) == 4
    assert catalogue.name == "one, historic"


# --- files and the command line -----------------------------------------------------------------------------------


def test_own_file_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('title = "base"\nextends = "strict"\n', encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "mine"\nextends = "base.toml"\n[signature]\n"SAV.reason" = "warn"\n', encoding="utf-8")
    found = policy_named(str(mine))
    assert (found.name, found.title) == ("mine.toml", "mine")
    assert found.setting("SAV.signing-time").level is Level.FAIL
    assert checked_file(str(mine)).digest == found.digest
    mine.write_text('title = "mine"\nextends = "base.toml"\n[signature]\n"SAV.reason" = "loud"\n\n', encoding="utf-8")
    with pytest.raises(PolicyRefusedError, match=r"mine\.toml:4: "):
        policy_named(str(mine))


def test_policy_of_a_verdict_is_found_without_opening_a_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "mine"\nextends = "strict"\nclock_skew_seconds = 7\n', encoding="utf-8")
    digest = policy_from_toml("mine.toml", mine.read_text()).digest
    assert policy_used(str(mine), digest) is None
    opened = policy_named(str(mine))
    assert policy_used("mine.toml", digest) is opened
    usual = judgement_policy("default")
    assert policy_used("default", usual.digest) is usual
    assert policy_used("default", digest) is None


def test_own_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnknownError):
        policy_named(str(tmp_path / "none.toml"))
    with pytest.raises(PolicyUnknownError):
        policy_named("nul\0.toml")
    (tmp_path / "octets.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyRefusedError, match="UTF-8"):
        policy_named(str(tmp_path / "octets.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(PolicyUnknownError):
        policy_named(str(tmp_path / "folder.toml"))


def test_questions_about_policies() -> None:
    assert asked_policy(None, "by", None).name == "BY/court"
    assert asked_policy(None, "BY", "contract").name == "BY/contract"
    assert asked_policy("strict", None, None).name == "strict"
    assert asked_policy(None, None, None).name == "default"
    for question in (("strict", "BY", None), (None, None, "court")):
        with pytest.raises(PolicyQuestionError):
            asked_policy(*question)
    with pytest.raises(PolicyUnknownError):
        asked_policy(None, "XX", None)
    with pytest.raises(PolicyQuestionError):
        checked_file("strict")
    assert len(policy_rows()) == len(judgement_policies())


# --- what levels do to verdicts -----------------------------------------------------------------------------------

ORDER = (Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED)
# Rules that need values have theirs here: nothing is accepted, so that a signature breaks them where it can.
NEEDED = {"texts": '["none"]', "number": "0", "seconds": "0"}
RAISED = st.dictionaries(
    st.sampled_from([rule.id for rule in rules().values() if rule.check and rule.excludes is None]),
    st.sampled_from(Level),
    max_size=12,
)


@pytest.fixture(scope="module")
def files(make_world: Any, evidence_of: Any, now: Any, broken_value: Callable[[bytes], bytes]) -> list[Evidence]:
    """Signatures that other people's software made: good, revoked, altered, long-term, without trust."""
    from cryptography import x509

    world, day = make_world(), timedelta(days=1)
    data, spoiled = b"x", make_world()
    spoiled.revoked[spoiled.signer.label] = (now - 3 * day, x509.ReasonFlags.superseded)
    built = [
        evidence_of(world.cms(data), anchors=[world.root], crls=world.crls(), detached=[data]),
        evidence_of(world.cms(data, stamp=now - day), anchors=[world.root], crls=world.crls(), detached=[data]),
        evidence_of(broken_value(world.cms(data)), anchors=[world.root], crls=world.crls(), detached=[data]),
        evidence_of(world.cms(data), anchors=[world.root], crls=world.crls(), detached=[b"y"]),
        evidence_of(world.cms(data), detached=[data]),
        evidence_of(
            world.with_store(world.pdf(stamp=now - day), world.crls()), anchors=[world.root], crls=world.crls()
        ),
    ]
    stamped = spoiled.cms(data, stamp=now - 5 * day)
    return [*built, evidence_of(stamped, anchors=[spoiled.root], crls=spoiled.crls(), detached=[data])]


def raised(levels: dict[str, Level], by: int) -> JudgementPolicy:
    """The default policy with these rules at these levels, each `by` steps higher."""
    steps = list(reversed(Level))
    lines = [_line(name, steps[min(3, steps.index(level) + by)]) for name, level in sorted(levels.items())]
    return policy_from_toml("raised", HEAD + "[every]\n" + "\n".join(lines))


def _line(name: str, level: Level) -> str:
    wanted = (
        "" if level is Level.IGNORE else "".join(f", {p.name} = {NEEDED[p.kind]}" for p in rules()[name].parameters)
    )
    return f'"{name}" = {{ level = "{level}"{wanted} }}'


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=RAISED, by=st.integers(1, 3), at=st.integers(0, 6))
def test_raising_a_level_never_improves_the_indication(
    files: list[Evidence], now: Any, levels: dict[str, Level], by: int, at: int
) -> None:
    lower, higher = (judge(files[at], raised(levels, step), now) for step in (0, by))
    assert ORDER.index(higher.indication) <= ORDER.index(lower.indication)
    told_of = {reason.code for item in higher.signatures for reason in item.reasons}
    assert higher.indication is lower.indication or told_of, "a refusal without a reason"


def test_end_that_was_only_foreseen_weighs_as_the_policy_says(files: list[Evidence], now: Any) -> None:
    """The curve's algorithm ends 30 days before the check: after the policy's update it is a forecast."""
    end = now - timedelta(days=30)

    def at(update: Any, level: str) -> Verdict:
        text = HEAD + f'algorithm_update = {update.isoformat()}\nlevel_after_update = "{level}"\n'
        policy = policy_from_toml("mine", text)
        ended = policy.algorithms.ending("signature", "ECDSA", end)
        return judge(files[0], policy.with_algorithms(ended, "ended"), now)

    before, after = end - timedelta(days=1), end + timedelta(days=1)
    for level in Level:
        assert at(after, level).sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "it was known"
    assert at(before, Level.FAIL).sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    for level, weight in ((Level.WARN, "warning"), (Level.INFORM, "information")):
        found = at(before, level)
        assert found.indication is Indication.TOTAL_PASSED
        codes = {item.code: item.severity for item in found.signatures[0].reasons}
        assert codes["TS-SIG-ALGORITHM"] == codes["TS-CHAIN-ALGORITHM"] == weight
    silent = at(before, Level.IGNORE)
    assert silent.indication is Indication.TOTAL_PASSED
    assert not {"TS-SIG-ALGORITHM", "TS-CHAIN-ALGORITHM"} & {item.code for item in silent.signatures[0].reasons}


def test_levels_in_a_verdict(files: list[Evidence], now: Any) -> None:
    """One rule, four levels: the whole way from the policy to the answer."""

    def at(level: str) -> Verdict:
        text = HEAD + f'[signature]\n"SAV.commitment" = "{level}"'
        return judge(files[0], policy_from_toml(level, text), now)

    answers = {level: at(level) for level in Level}
    assert (answers[Level.FAIL].indication, answers[Level.FAIL].sub_indication) == (
        Indication.INDETERMINATE,
        "SIG_CONSTRAINTS_FAILURE",
    )
    for level, weight in ((Level.FAIL, None), (Level.WARN, "warning"), (Level.INFORM, "information")):
        reason = next(item for item in answers[level].signatures[0].reasons if item.code == "TS-RULE-ATTRIBUTE-MISSING")
        assert reason.severity == weight
    assert answers[Level.WARN].indication == answers[Level.IGNORE].indication == Indication.TOTAL_PASSED
    silent = {item.code for item in answers[Level.IGNORE].signatures[0].reasons}
    assert "TS-RULE-ATTRIBUTE-MISSING" not in silent
