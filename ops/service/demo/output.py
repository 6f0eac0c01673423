"""Writes what the demonstration leaves behind: documents, reports, certificates, CRLs, the trust map, one summary."""

import json
from pathlib import Path

from ops.service.demo.judging import Judged, technical
from ops.service.demo.space_data import EU_STATE, HUB, MEMBERS, REPORT_SERVICE, STATES, THIRD_COUNTRY
from ops.service.demo.world import World
from ops.service.report.sealing import ReportSealer
from ops.service.trustmap import MapEdge, MapNode, trust_map_svg
from validator.evidence import export_evidence
from validator.mirror.request import ocsp_request
from validator.path.certificate import Certificate, parse_certificate
from validator.report import full_report, html_report
from validator.report.forms import Form, made_report


def write_everything(out: Path, world: World, documents: dict[str, bytes], judged: list[Judged]) -> None:
    """All files below `out`; what an earlier run left under the same names is replaced."""
    for name, octets in documents.items():
        _write(out / "documents" / name, octets)
    sealer = _sealer(world)
    for number, item in enumerate(judged, 1):
        _write_report(out / "reports", number, item, sealer)
    _write_pki(out, world)
    _write(out / "trust-map.svg", _trust_map(world).encode())
    _write(out / "summary.json", json.dumps([row(item) for item in judged], ensure_ascii=False, indent=1).encode())


def row(item: Judged) -> dict[str, object]:
    """One line of the table: expected and actual on both axes."""
    scenario = item.scenario
    bases = sorted({found.answer.basis.citation for found in item.recognitions if found.answer.basis})
    return {
        "scenario": scenario.title,
        "document": item.document,
        "forum": scenario.forum,
        "expectedTechnical": technical(scenario.indication, scenario.sub_indication),
        "technical": technical(item.verdict.indication, item.verdict.sub_indication),
        "expectedRecognition": str(scenario.decision),
        "recognition": str(item.decision),
        "basis": bases,
        "asExpected": item.as_expected,
    }


def _sealer(world: World) -> ReportSealer:
    """The seal of the space's validation service, enrolled now, stamped by the authority of its state."""
    world.space.enrol(REPORT_SERVICE)
    return ReportSealer(world.space.installation, REPORT_SERVICE.key, f"{world.url}/tsa/{REPORT_SERVICE.state}")


def _write_report(folder: Path, number: int, item: Judged, sealer: ReportSealer) -> None:
    stem = f"{number:02}-{item.scenario.forum}-{Path(item.document).name}"
    report = full_report(stem, item.evidence, item.verdict, item.recognitions)
    _write(folder / f"{stem}.json", json.dumps(report, ensure_ascii=False, indent=1).encode())
    judged = (item.evidence, item.verdict, item.recognitions)
    _write(folder / f"{stem}.report.pdf", made_report(Form.PDF, stem, *judged, ("en",), sealer).octets)
    written = made_report(Form.XML, stem, *judged)
    _write(folder / f"{stem}.xml", written.octets)
    _write(folder / f"{stem}.html", html_report(item.evidence, item.verdict, item.recognitions).encode())
    _write(folder / f"{stem}.evidence.json", export_evidence(item.evidence))


def _write_pki(out: Path, world: World) -> None:
    """Every certificate under its issuer's name, every authority's CRL, and an OCSP response for every certificate."""
    # Named by their serials, those of an earlier run would stay beside these: two roots of one name and different keys.
    for pattern in ("certificates/*/*.cer", "ocsp/*/*.ors"):
        for left in out.glob(pattern):
            left.unlink()
    authority = world.space.ca
    for view in authority.authorities():
        _write(out / "crls" / f"{view.name}.crl", authority.crl(view.name).der)
        issuer = parse_certificate(view.certificate or b"")
        for record in authority.certificates(view.name):
            if record.der is None:
                continue
            stem = f"{record.profile}-{record.serial:040x}"
            _write(out / "certificates" / view.name / f"{stem}.cer", record.der)
            certificate = parse_certificate(record.der)
            if isinstance(certificate, Certificate) and isinstance(issuer, Certificate):
                response = authority.ocsp(ocsp_request(certificate, issuer))
                _write(out / "ocsp" / view.name / f"{stem}.ors", response)


def _trust_map(world: World) -> str:
    nodes = tuple(MapNode(state.code, state.map_name, state.kind) for state in STATES)
    edges = tuple(_edge(world, issuer, subject) for issuer, subject in world.space.crosses)
    # States without an edge stand on the map all the same: that nothing leads to them is what it has to show.
    assert {EU_STATE, THIRD_COUNTRY, HUB, *MEMBERS} == {node.code for node in nodes}
    return trust_map_svg(nodes, edges, world.now)


def _edge(world: World, issuer: str, subject: str) -> MapEdge:
    cross = world.space.crosses[issuer, subject]
    status = world.space.ca.certificate(cross.authority, cross.serial).revocation
    state = "in-force" if status is None else "suspended" if status.suspended else "revoked"
    return MapEdge(issuer, subject, state, "cross-certificate under Model agreement EAEU-1")


def _write(path: Path, octets: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
