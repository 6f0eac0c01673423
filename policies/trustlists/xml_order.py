"""Which elements stand in which order (TS 119 612 clause 5 and its schema): departures as short phrases, no errors.

Published lists depart from the schema in small things without being any less true; the departures are told, and what
everything rests on is checked by the reader.
"""

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from policies.trustlists.xml_base import TSL, local, parse

MAX_FAULTS = 50

# Child elements in order; "?" optional, "+" one or more, "*" any number.
_ADDRESS = ("PostalAddresses", "ElectronicAddress")
_SERVICE = ("ServiceTypeIdentifier", "ServiceName", "ServiceDigitalIdentity", "ServiceStatus", "StatusStartingTime")
_CONTENT: Mapping[str, tuple[str, ...]] = {
    "TrustServiceStatusList": ("SchemeInformation", "TrustServiceProviderList?"),
    "SchemeInformation": (
        "TSLVersionIdentifier",
        "TSLSequenceNumber",
        "TSLType",
        "SchemeOperatorName",
        "SchemeOperatorAddress",
        "SchemeName",
        "SchemeInformationURI",
        "StatusDeterminationApproach",
        "SchemeTypeCommunityRules?",
        "SchemeTerritory?",
        "PolicyOrLegalNotice?",
        "HistoricalInformationPeriod",
        "PointersToOtherTSL?",
        "ListIssueDateTime",
        "NextUpdate",
        "DistributionPoints?",
        "SchemeExtensions?",
    ),
    "SchemeOperatorAddress": _ADDRESS,
    "PostalAddresses": ("PostalAddress+",),
    "PostalAddress": ("StreetAddress", "Locality", "StateOrProvince?", "PostalCode?", "CountryName"),
    "ElectronicAddress": ("URI+",),
    "PointersToOtherTSL": ("OtherTSLPointer*",),
    "OtherTSLPointer": ("ServiceDigitalIdentities?", "TSLLocation", "AdditionalInformation?"),
    "NextUpdate": ("dateTime?",),
    "TrustServiceProviderList": ("TrustServiceProvider+",),
    "TrustServiceProvider": ("TSPInformation", "TSPServices"),
    "TSPInformation": (
        "TSPName",
        "TSPTradeName?",
        "TSPAddress",
        "TSPInformationURI",
        "TSPInformationExtensions?",
    ),
    "TSPAddress": _ADDRESS,
    "TSPServices": ("TSPService+",),
    "TSPService": ("ServiceInformation", "ServiceHistory?"),
    "ServiceInformation": (
        *_SERVICE,
        "SchemeServiceDefinitionURI?",
        "ServiceSupplyPoints?",
        "TSPServiceDefinitionURI?",
        "ServiceInformationExtensions?",
    ),
    "ServiceHistory": ("ServiceHistoryInstance*",),
    "ServiceHistoryInstance": (*_SERVICE, "ServiceInformationExtensions?"),
    "ServiceInformationExtensions": ("Extension+",),
}


def structure_faults(octets: bytes) -> tuple[str, ...]:
    """What stands in the wrong place, is missing or too much, each once, at most MAX_FAULTS. Raises TrustListError for
    what is no XML within the bounds."""
    found: dict[str, None] = {}
    for fault in _faults(parse(octets)):
        found[fault] = None
        if len(found) >= MAX_FAULTS:
            break
    return tuple(found)


def _faults(root: Element) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(f"{{{TSL}}}"):
            rule = _CONTENT.get(local(element))
            if rule is not None:
                yield from _compared(local(element), _children(element), rule)


def _children(element: Element) -> list[str]:
    return [local(item) for item in element if isinstance(item.tag, str) and item.tag.startswith(f"{{{TSL}}}")]


def _compared(name: str, found: list[str], rule: tuple[str, ...]) -> Iterator[str]:
    position = 0
    for wanted in rule:
        plain = wanted.rstrip("?+*")
        count = 0
        while position < len(found) and found[position] == plain:
            position, count = position + 1, count + 1
        if count == 0 and wanted[-1] not in "?*":
            yield (
                f"{plain} is missing in {name}" if plain not in found else f"{plain} stands in another place of {name}"
            )
        elif count > 1 and wanted[-1] not in "+*":
            yield f"{plain} stands more than once in {name}"
    if position < len(found):
        yield f"{found[position]} does not belong there in {name}"
