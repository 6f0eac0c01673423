"""Gathers all facts about one file under one trust state into an Evidence; nothing that a file holds makes it raise."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.platform.fetch import Fetcher
from policies.reasons import Reason
from validator.evidence import AnchorFacts, DocumentFacts, Evidence, ObjectKind, TrustMode, TrustState
from validator.gather import cms_file
from validator.gather.builder import Builder
from validator.gather.source import Source
from validator.gather.store import ObjectStore
from validator.gather.trust import AnchorInput, add_anchors, certificates, crls, ocsps
from validator.pdf.header import looks_like_pdf

if TYPE_CHECKING:
    from validator.gather.lists import GivenList


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherRequest:
    """One file and everything given beside it. `fetch` is the guarded client; without it nothing is fetched."""

    document: Source
    detached: tuple[Source, ...] = ()
    anchors: tuple[AnchorInput, ...] = ()
    certificates: tuple[Source, ...] = ()
    crls: tuple[Source, ...] = ()
    ocsps: tuple[Source, ...] = ()
    trust_lists: tuple[Source, ...] = ()
    mode: TrustMode = TrustMode.GIVEN
    fetch: Fetcher | None = None


def gather(request: GatherRequest) -> Evidence:
    """The Evidence of one file.

    Raises TrustMaterialError when material given beside the file cannot be read; never for the file itself.
    """
    store = ObjectStore()
    anchors = add_anchors(request.anchors, store)
    lists = _lists(request)
    offered = _offered(request, store)
    builder = Builder(store)
    container, pages = _read(request, builder)
    listed = _anchors(lists, store)
    if request.fetch is not None:
        # Imported when needed: the mirror's tables cost half a second that an offline call has no use for.
        from validator.gather.fetching import complete

        builder.remarks.extend(complete(store, builder, request.fetch))
        listed = _anchors(lists, store)
    trust = _trust(request, (*anchors, *listed), offered, lists, builder)
    return Evidence(
        container=container,
        documents=_documents(request, container, pages),
        trust=trust,
        signatures=tuple(builder.signatures),
        timestamps=tuple(builder.timestamps),
        objects=store.objects(),
        structure=tuple(builder.structure),
        remarks=(*dict.fromkeys((*builder.remarks, *store.remarks())),),
    )


def _lists(request: GatherRequest) -> "tuple[GivenList, ...]":
    if not request.trust_lists or request.mode is TrustMode.NONE:
        return ()
    # Imported when needed: most questions bring no list, and reading XML takes its time to load.
    from validator.gather.lists import given_lists

    return given_lists(request.trust_lists)


def _anchors(lists: "tuple[GivenList, ...]", store: ObjectStore) -> tuple[AnchorFacts, ...]:
    if not lists:
        return ()
    from validator.gather.lists import list_anchors

    return list_anchors(lists, store)


def _trust(
    request: GatherRequest,
    anchors: tuple[AnchorFacts, ...],
    offered: tuple[str, ...],
    lists: "tuple[GivenList, ...]",
    builder: Builder,
) -> TrustState:
    if not lists:
        return TrustState(mode=request.mode, anchors=anchors, offered=offered)
    from validator.gather.list_services import listed_services

    services, remarks = listed_services(lists, builder, builder.store)
    builder.remarks.extend(remarks)
    return TrustState(
        mode=request.mode,
        anchors=anchors,
        offered=offered,
        lists=tuple(item.facts for item in lists),
        services=services,
    )


def _offered(request: GatherRequest, store: ObjectStore) -> tuple[str, ...]:
    names = [
        store.add(ObjectKind.CERTIFICATE, der, "offered") for item in request.certificates for der in certificates(item)
    ]
    names += [store.add(ObjectKind.CRL, der, "offered") for item in request.crls for der in crls(item)]
    names += [store.add(ObjectKind.OCSP, der, "offered") for item in request.ocsps for der in ocsps(item)]
    return tuple(sorted(set(names)))


def _read(request: GatherRequest, builder: Builder) -> tuple[str, int | None]:
    octets = request.document.octets
    try:
        if not octets:
            builder.structure.append(Reason.of("TS-DOC-EMPTY"))
        elif looks_like_pdf(octets) and octets[0] != 0x30:
            # A CMS that encloses a PDF starts with SEQUENCE and has %PDF- within reach of a PDF reader too.
            return "pdf", _pdf(octets, builder)
        elif (binary := cms_file.binary(octets)) is not None:
            return cms_file.read(binary, request.detached, builder), None
        else:
            return _other(octets, builder), None
    except Exception as fault:  # noqa: BLE001 - the last wall: what a file holds is a reason, never an exception
        builder.structure.append(Reason.of("TS-DOC-TOO-COMPLEX", detail=type(fault).__name__))
    return "unknown", None


def _pdf(octets: bytes, builder: Builder) -> int | None:
    # Imported when needed: pyHanko takes longer to load than a CMS file to judge.
    from validator.gather import pdf_file

    return pdf_file.read(octets, builder)


def _other(octets: bytes, builder: Builder) -> str:
    start = octets[:256].lstrip(b"\xef\xbb\xbf \r\n\t")
    for container, prefixes in (("zip", (b"PK\x03\x04", b"PK\x05\x06")), ("xml", (b"<",)), ("json", (b"{", b"ey"))):
        if start.startswith(prefixes):
            builder.structure.append(Reason.of("TS-DOC-FORMAT-UNSUPPORTED", format=container))
            return container
    builder.structure.append(Reason.of("TS-DOC-NOT-SIGNED-FORM"))
    return "unknown"


def _documents(request: GatherRequest, container: str, pages: int | None) -> tuple[DocumentFacts, ...]:
    first = request.document
    facts = [
        DocumentFacts(
            name=first.name, sha256=first.sha256, size=len(first.octets), role="signed", kind=container, pages=pages
        )
    ]
    facts += [
        DocumentFacts(name=item.name, sha256=item.sha256, size=len(item.octets), role="detached", kind="data")
        for item in request.detached
    ]
    return tuple(facts)
