"""The difference policy: the rules of pyHanko, a security store that may be rewritten, and a check for hidden content.

Two departures from pyHanko's standard policy, each with its reason. The security store is never displayed, and
producers drop entries from it when they renew it (EN 319 142-1 5.4.2 demands no retention), so anything reachable only
through /DSS may change. And an object that the signed revision refers to without defining it must stay undefined:
whoever defines it later puts content into a place that was signed empty (the "hide" shadow attack).
"""

from collections.abc import Iterable
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import RawPdfPath
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    WhitelistRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules_api import Context

_STORE = ("/Root", "/DSS")


class _StoreRule(WhitelistRule):
    """Whatever the old revision reached only through /DSS, and whatever is new below /DSS, may be written."""

    def apply(self, old: Any, new: Any) -> Iterable[ReferenceUpdate]:
        if "/DSS" not in new.root:
            return
        for reference in new.collect_dependencies(new.root.raw_get("/DSS")):
            usages = old._get_usages_of_ref(reference)
            if not usages:
                yield ReferenceUpdate(reference)
            for path in usages:
                if tuple(path)[:2] == _STORE:
                    yield ReferenceUpdate(reference, context_checked=_context(old, path))


def _context(old: Any, path: RawPdfPath) -> Any:
    return Context.from_absolute(old, path)


def _policy() -> StandardDiffPolicy:
    lta = ModificationLevel.LTA_UPDATES
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),
            DocInfoRule().as_qualified(lta),
            XrefStreamRule().as_qualified(lta),
            ObjectStreamRule().as_qualified(lta),
            _StoreRule().as_qualified(lta),
            MetadataUpdateRule().as_qualified(lta),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[SigFieldCreationRule(), SigFieldModificationRule(), GenericFieldModificationRule()]
        ),
    )


POLICY = _policy()


def check_undefined(old: Any, new: Any) -> None:
    """Raise SuspiciousModification when `new` defines an object that `old` refers to and does not define."""
    old._load_reverse_xref_cache()
    for reference in new.explicit_refs_in_revision():
        if old._get_usages_of_ref(reference) and _undefined(old, reference):
            raise SuspiciousModification("an object that was referred to and not defined is defined later")


def _undefined(old: Any, reference: generic.Reference) -> bool:
    try:
        return old.reader.xrefs.get_historical_ref(reference, old.revision) is None
    except KeyError:
        return True
