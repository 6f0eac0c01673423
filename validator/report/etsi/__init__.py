"""The validation report of ETSI TS 119 102-2 V1.4.1 as XML."""

from validator.report.etsi.document import Maker, etsi_report
from validator.report.etsi.names import NAMESPACE

__all__ = ["NAMESPACE", "Maker", "etsi_report"]
