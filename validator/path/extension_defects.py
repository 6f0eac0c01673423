"""What RFC 5280 4.2 forbids in one extension, whatever stands beside it; found once for each encoding."""

from typing import cast

from policies.reasons import Reason
from validator.path import extension_values as ext
from validator.path.alt_name import constraint_fault, general_name_fault
from validator.path.certificate import Defect
from validator.path.general_name import GeneralName

_MUST_BE_CRITICAL = {
    ext.NAME_CONSTRAINTS: "non-critical-name-constraints",
    ext.POLICY_CONSTRAINTS: "non-critical-policy-constraints",
    ext.INHIBIT_ANY_POLICY: "non-critical-policy-constraints",
}
_MUST_NOT_BE_CRITICAL = {
    ext.AUTHORITY_KEY_IDENTIFIER: "critical-key-identifiers",
    ext.SUBJECT_KEY_IDENTIFIER: "critical-key-identifiers",
    ext.AUTHORITY_INFO_ACCESS: "critical-information-access",
    ext.SUBJECT_INFO_ACCESS: "critical-information-access",
    ext.FRESHEST_CRL: None,
    ext.NO_REV_AVAIL: None,
}


def extension_defects(extension: ext.Extension, value: object) -> tuple[Defect, ...]:
    """The findings over an extension with its decoded value, None where it has none."""
    return (*_criticality_defects(extension, value), *_name_form_defects(extension.oid, value))


def _criticality_defects(extension: ext.Extension, value: object) -> tuple[Defect, ...]:
    oid = extension.oid
    if extension.critical and oid in _MUST_NOT_BE_CRITICAL:
        return (_criticality(extension, "non-critical", _MUST_NOT_BE_CRITICAL[oid]),)
    if extension.critical:
        return ()
    if oid in _MUST_BE_CRITICAL:
        return (_criticality(extension, "critical", _MUST_BE_CRITICAL[oid]),)
    if isinstance(value, ext.BasicConstraints) and value.ca:
        return (_criticality(extension, "critical", "non-critical-basic-constraints"),)
    return ()


def _criticality(extension: ext.Extension, wanted: str, leniency: str | None) -> Defect:
    return Defect(Reason.of("TS-PATH-EXTENSION-CRITICALITY", extension=extension.label, wanted=wanted), leniency)


def _name_form_defects(oid: str, value: object) -> tuple[Defect, ...]:
    if isinstance(value, ext.NameConstraints):
        bases = (*(value.permitted or ()), *(value.excluded or ()))
        return next(((_base_form(base, fault),) for base in bases if (fault := constraint_fault(base))), ())
    if oid in (ext.SUBJECT_ALT_NAME, ext.ISSUER_ALT_NAME):
        names = cast("tuple[GeneralName, ...] | None", value) or ()
        return next(((_name_form(name, fault),) for name in names if (fault := general_name_fault(name))), ())
    return ()


def _base_form(base: GeneralName, fault: str) -> Defect:
    return Defect(Reason.of("TS-PATH-NAME-CONSTRAINT-FORM", kind=base.kind, value=base.text[:200], fault=fault))


def _name_form(name: GeneralName, fault: str) -> Defect:
    reason = Reason.of("TS-PATH-ALTERNATIVE-NAME-FORM", kind=name.kind, value=name.text[:200], fault=fault)
    return Defect(reason, "alternative-name-form")
