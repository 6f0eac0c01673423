"""Replays a report: the same evidence under the same policy at the same time must give the same report."""

from validator.report.replay.again import Replayed, replay_report
from validator.report.replay.compare import Difference
from validator.report.replay.read import ReadReport, ReportForm, read_report

__all__ = ["Difference", "ReadReport", "Replayed", "ReportForm", "read_report", "replay_report"]
