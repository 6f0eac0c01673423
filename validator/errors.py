"""Errors of the validator that a person has to be told; faults inside a signed file are reasons, not errors."""

from policies.errors import TrustspaceError, UnreadableInputError


class EvidenceError(UnreadableInputError):
    """A stored Evidence cannot be read back."""

    code = "TS-EVIDENCE-UNREADABLE"
    next_step = "Give the evidence file exactly as it was written with the report."


class DocumentUnreadableError(UnreadableInputError):
    """The file to validate, or a file given beside it, cannot be opened."""

    code = "TS-DOC-UNREADABLE"
    next_step = "Check the path and the permission to read the file."


class TrustMaterialError(UnreadableInputError):
    """An anchor, certificate, CRL, OCSP response or trust list that was given cannot be read."""

    code = "TS-DOC-TRUST-MATERIAL"
    next_step = "Give certificates, CRLs and OCSP responses as DER or PEM files."


class PolicyUnknownError(TrustspaceError):
    """A judgement policy of that name does not exist."""

    code = "TS-JUDGE-POLICY-UNKNOWN"
    next_step = "Choose one of the policies that the message names."
    exit_status = 2
    http_status = 422


class PolicyRefusedError(TrustspaceError):
    """A judgement policy contradicts itself, the catalogue of rules or the standard; the sentence begins with file
    and line."""

    code = "TS-JUDGE-POLICY-REFUSED"
    next_step = "Correct the line that the message names; `trustspace policy check FILE` says whether all is well."
    exit_status = 2
    http_status = 422


class BatchLineError(UnreadableInputError):
    """A line of a batch is not the JSON object that the interface describes."""

    code = "TS-BATCH-LINE"
    next_step = "Write one JSON object per line with at least the members id and file."


class HoldingsUnreadableError(UnreadableInputError):
    """The place that should hold kept evidences does not exist or holds something else."""

    code = "TS-HOLDINGS-UNREADABLE"
    next_step = "Name the file that `trustspace validate --keep` wrote, or the address of an installation's database."


class OptionError(UnreadableInputError):
    """A choice made for a judgement (time, language, kind of document) is not one that exists."""

    code = "TS-VALIDATE-OPTION"
    next_step = "Run: trustspace validate --help"


class BatchUnreadableError(UnreadableInputError):
    """The file that holds the questions of a batch cannot be opened or read."""

    code = "TS-BATCH-UNREADABLE"
    next_step = "Check the path and the permission to read the file, or give - for standard input."


class ReportError(TrustspaceError):
    """A report cannot be made in the form that was asked for."""

    code = "TS-REPORT-UNMAKEABLE"
    next_step = "Ask for the report in another form: json, xml or html."
    http_status = 422


class ReportUnreadableError(UnreadableInputError):
    """A file that should be a report of this software cannot be read as one."""

    code = "TS-REPORT-UNREADABLE"
    next_step = "Give the report exactly as it was handed out: PDF, XML or JSON."
