"""Cases that other people made for agreements of mutual recognition: which part of a list of lists is changed, and the
qualification that must follow. The changes are made to the XML, so that the reader is part of what is tested.

The signer is the origin's: a certificate of country ZZ with QcCompliance, QcSSCD, QcType eSign and QcCClegislation ZZ,
for nonRepudiation only, under policy 1.3.6.1.4.1.314159.1.2, issued below the certificate authority of the ZZ list.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from policies.jurisdictions import CertificateClaims
from policies.trustlists import CertificateContent, qualify_certificate, qualify_signature
from policies.trustlists.criteria import (
    Assertion,
    CriteriaList,
    Criterion,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicySetCriterion,
    QcStatement,
    QcStatementSetCriterion,
    SubjectAttributeCriterion,
)
from policies.trustlists.facts import Pointed, law_of, service_facts
from policies.trustlists.xml_base import LANGUAGE, MRA, TSL
from policies.trustlists.xml_criteria import write_criteria
from policies.trustlists.xml_reader import read_trust_list
from policies.vocabulary import Indication

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
NOW = datetime(2024, 6, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
SIGNER = CertificateContent(
    not_before=NOW - 12 * MONTH,
    claims=CertificateClaims(
        policies=frozenset(("1.3.6.1.4.1.314159.1.2",)),
        qc_statements=frozenset(
            ("0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6", "0.4.0.1862.1.6.1", "0.4.0.1862.1.7")
        ),
        qc_legislation=("ZZ",),
    ),
    key_usage=frozenset(("nonRepudiation",)),
    subject_attributes=frozenset(("2.5.4.3", "2.5.4.6", "2.5.4.10", "2.5.4.11")),
)


def recipes() -> list[dict]:
    path = CORPUS / "mutual-recognition.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.skipif(not recipes(), reason="../shared/corpus/mutual-recognition.jsonl is absent")
@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe["id"])
def test_recipe(recipe: dict) -> None:
    lists = read_trust_list(changed(recipe))
    pointer = next(item for item in lists.scheme.pointers if item.agreement is not None)
    pointed = Pointed(agreement=pointer.agreement, law=law_of(lists.scheme.territory))
    listed = read_trust_list((CORPUS / recipe["trust_lists"][0]).read_bytes())
    facts, _ = service_facts(listed, "ZZ", SIGNER, lambda service: 1, pointed)
    moments = (SIGNER.not_before, NOW)
    found = qualify_signature(
        Indication.TOTAL_PASSED, *(qualify_certificate(SIGNER, facts, moment) for moment in moments)
    )
    assert found.replace("-", "_") == recipe["expected"].rpartition("/")[2]
    assert any(item.enacted_from is not None for item in facts) is recipe["detail"]["mra_enacted"]


# --- changing the list of lists ----------------------------------------------------------------------------------


def changed(recipe: dict) -> bytes:
    """The list of lists with every change of a recipe."""
    root = etree.fromstring((CORPUS / recipe["list_of_lists"]).read_bytes())
    block = next(root.iter(f"{{{MRA}}}MutualRecognitionAgreementInformation"))
    for name, code in recipe["detail"]["overrides"].items():
        change(block.find(f"{{{MRA}}}TrustServiceEquivalenceInformation"), name, completed(recipe, name, code), recipe)
    return etree.tostring(root)


def change(block: etree._Element, name: str, code: str, recipe: dict) -> None:
    part = re.fullmatch(
        r"getCertificateContentDeclaration(Pointed|Pointing)Party(QcCompliance|QcType|QcQSCD)(AssertStatus)?", name
    )
    if part:
        change_content(block, part[1], part[2], code, assertion=part[3] is not None)
    else:
        SIMPLE[name](block, code, recipe)


def change_content(block: etree._Element, side: str, context: str, code: str, *, assertion: bool) -> None:
    """The last mapping of the context is the one that is changed."""
    mappings = [
        item
        for item in block.iterfind(
            mra("CertificateContentReferencesEquivalenceList/CertificateContentReferenceEquivalence")
        )
        if item.findtext(mra("CertificateContentReferenceEquivalenceContext")).endswith(f"/{context}")
    ]
    declaration = mappings[-1].find(mra(f"CertificateContentDeclaration{side}Party"))
    if assertion:
        declaration.set("assert", assertion_of(code))
        return
    for item in list(declaration):
        declaration.remove(item)
    holder = etree.Element("holder")
    write_criteria(holder, CriteriaList(assertion=Assertion.ALL, criteria=(condition(code),)))
    declaration.extend(holder[0])


def set_text(path: str) -> Callable[[etree._Element, str, dict], None]:
    def apply(block: etree._Element, code: str, recipe: dict) -> None:
        block.find(mra(path)).text = value(code)

    return apply


def set_start(block: etree._Element, code: str, recipe: dict) -> None:
    """The origin computes the date: a month ahead, three months back, or the moment of the test."""
    title = recipe["why"]
    moment = NOW + MONTH if "InTheFuture" in title else NOW - 3 * MONTH if "NoQualified" in title else NOW
    found = block.find(mra("TrustServiceEquivalenceStatusStartingTime"))
    found.text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def set_additional(side: str) -> Callable[[etree._Element, str, dict], None]:
    def apply(block: etree._Element, code: str, recipe: dict) -> None:
        kind = block.find(
            mra(f"TrustServiceTSLTypeEquivalenceList/TrustServiceTSLTypeList{side}Party/TrustServiceTSLType")
        )
        for item in kind.findall(f"{{{TSL}}}AdditionalServiceInformation"):
            kind.remove(item)
        uri = etree.SubElement(etree.SubElement(kind, f"{{{TSL}}}AdditionalServiceInformation"), f"{{{TSL}}}URI")
        uri.set(LANGUAGE, "en")
        uri.text = value(code)

    return apply


def set_qualifiers(block: etree._Element, code: str, recipe: dict) -> None:
    """An empty map leaves the list as it is."""
    pairs = re.findall(r'put\("([^"]+)", "([^"]+)"\)', code)
    holder = block.find(mra("TrustServiceTSLQualificationExtensionEquivalenceList/QualifierEquivalenceList"))
    for item in list(holder) if pairs else ():
        holder.remove(item)
    for pointed, pointing in pairs:
        one = etree.SubElement(holder, mra("QualifierEquivalence"))
        etree.SubElement(one, mra("QualifierPointingParty")).set("uri", pointing)
        etree.SubElement(one, mra("QualifierPointedParty")).set("uri", pointed)


_TYPE = "TrustServiceTSLTypeEquivalenceList/TrustServiceTSLTypeList{}Party/TrustServiceTSLType"
_STATUS = "TrustServiceTSLStatusEquivalenceList/TrustServiceTSLStatus{}Equivalence/TrustServiceTSLStatusList{}Party"
SIMPLE: dict[str, Callable[[etree._Element, str, dict], None]] = {
    "getTrustServiceLegalIdentifier": set_text("TrustServiceLegalIdentifier"),
    "getTrustServiceEquivalenceStatus": set_text("TrustServiceEquivalenceStatus"),
    "getTrustServiceEquivalenceHistoryStatus": set_text(
        "TrustServiceEquivalenceHistory/TrustServiceEquivalenceHistoryInstance/TrustServiceEquivalenceStatus"
    ),
    "getTrustServiceEquivalenceStatusStartingTime": set_start,
    "getQualifierEquivalenceMap": set_qualifiers,
}
for _side in ("Pointed", "Pointing"):
    _list = f"getTrustServiceTSLTypeList{_side}Party"
    SIMPLE[f"{_list}AdditionalServiceInformation"] = set_additional(_side)
    SIMPLE[f"{_list}ServiceTypeIdentifier"] = set_text(f"{_TYPE.format(_side)}/tsl:ServiceTypeIdentifier")
    for _validity in ("Valid", "Invalid"):
        SIMPLE[f"{_list}TrustServiceTSLStatus{_validity}Equivalence"] = set_text(
            f"{_STATUS.format(_validity, _side)}/tsl:ServiceStatus"
        )


def mra(path: str) -> str:
    """A path of the agreement's schema; `tsl:` before a name says otherwise."""
    return "/".join(
        f"{{{TSL}}}{name.removeprefix('tsl:')}" if name.startswith("tsl:") else f"{{{MRA}}}{name}"
        for name in path.split("/")
    )


# --- the recipes' notation ---------------------------------------------------------------------------------------

_URIS = {
    "MRAStatus.ENACTED.getUri()": "http://ec.europa.eu/tools/lotl/mra/enacted",
    "MRAStatus.REPEALED.getUri()": "http://ec.europa.eu/tools/lotl/mra/repealed",
}
_ATTRIBUTES = {"C": "2.5.4.6", "CN": "2.5.4.3", "O": "2.5.4.10", "DATE_OF_BIRTH": "1.3.6.1.5.5.7.9.1"}
# Recipes are cut at 400 characters; what the cut ones end with, from their origin.
_CUT = 400
_ENDS = {
    ("M008", "Pointing"): "ndition",
    ("M009", "Pointing"): '862.1.1", null, null)); return compositeCondition',
    ("M009", "Pointed"): (
        "n(qcStatementConditionList); CompositeCondition other = new CompositeCondition(Assert.NONE);"
        ' other.addChild(new PolicyIdCondition("urn:oid:1.3.6.1.4.1.314159.1.2"));'
        " compositeCondition.addChild(other); compositeCondition.addChild(qcComplianceCondition);"
        " return compositeCondition"
    ),
}


def completed(recipe: dict, name: str, code: str) -> str:
    side = "Pointing" if "Pointing" in name else "Pointed"
    return code + (_ENDS[recipe["id"], side] if len(code) == _CUT else "")


def value(code: str) -> str:
    found = code.removeprefix("return ").strip()
    return _URIS.get(found) or found.strip('"')


def assertion_of(code: str) -> Assertion:
    return {"ALL": Assertion.ALL, "NONE": Assertion.NONE, "AT_LEAST_ONE": Assertion.AT_LEAST_ONE}[
        re.search(r"Assert\.(\w+)", code)[1]
    ]


def condition(code: str) -> Criterion:
    """The condition that a few statements build: variables, `add` and `addChild`, and what is returned."""
    known: dict[str, list] = {}
    for statement in (item.strip() for item in code.split(";")):
        if made := re.fullmatch(r"[\w<>]+ (\w+) = new (.+)", statement):
            kind, argument = re.fullmatch(r"([\w<>]+)\((.*)\)", made[2]).groups()
            known[made[1]] = [(kind, ""), *known[argument][1:]] if argument in known else [(kind, argument)]
        elif added := re.fullmatch(r"(\w+)\.(?:add|addChild)\((.+)\)", statement):
            known[added[1]].append(known[added[2]] if added[2] in known else parsed(added[2], known))
        elif returned := re.fullmatch(r"return (.+)", statement):
            return joined(known[returned[1]]) if returned[1] in known else parsed(returned[1], known)
    raise AssertionError(code)


def parsed(code: str, known: dict[str, list]) -> Criterion:
    name, argument = re.fullmatch(r"new (\w+)\((.*)\)", code).groups()
    if argument in known:
        return joined([(name, ""), *known[argument][1:]])
    arguments = [item.strip().strip('"') for item in argument.split(",")]
    match name:
        case "QCStatementCondition":
            return QcStatementSetCriterion(statements=tuple(statements(*arguments)))
        case "PolicyIdCondition":
            return PolicySetCriterion(policies=(arguments[0].removeprefix("urn:oid:"),))
        case "KeyUsageCondition":
            bit = re.sub(r"_(\w)", lambda found: found[1].upper(), arguments[0].split(".")[1].lower())
            return KeyUsageCriterion(bits=((bit, arguments[1] == "true"),))
        case "ExtendedKeyUsageCondition":
            return ExtendedKeyUsageCriterion(purposes=tuple(re.findall(r"[\d.]{5,}", argument)))
        case "CertSubjectDNAttributeCondition":
            found = re.findall(r"BCStyle\.(\w+)\.getId", argument)
            return SubjectAttributeCriterion(attributes=tuple(_ATTRIBUTES[item] for item in found))
    raise AssertionError(code)


def statements(identifier: str, kind: str, legislation: str) -> Iterator[QcStatement]:
    if identifier != "null":
        yield QcStatement(identifier=identifier.removeprefix("urn:oid:"))
    if kind != "null":
        yield QcStatement(identifier="0.4.0.1862.1.6", type=kind.removeprefix("urn:oid:"))
    if legislation != "null":
        yield QcStatement(identifier="0.4.0.1862.1.7", legislation=legislation)


def joined(parts: list) -> Criterion:
    """A set of conditions of one kind is one criterion, a composite a list."""
    (kind, argument), *members = parts
    members = [joined(item) if isinstance(item, list) else item for item in members]
    match kind:
        case "QcStatementSetCondition":
            return QcStatementSetCriterion(statements=tuple(one for item in members for one in item.statements))
        case "PolicySetCondition":
            return PolicySetCriterion(policies=tuple(one for item in members for one in item.policies))
        case "KeyUsageSetCondition":
            return KeyUsageCriterion(bits=tuple(one for item in members for one in item.bits))
        case "CompositeCondition":
            return CriteriaList(assertion=assertion_of(argument), criteria=tuple(members))
    raise AssertionError(kind)
