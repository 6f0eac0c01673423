"""Trust lists: services with dated status, whatever the list's format was. Reading and writing formats is not here."""

from policies.trustlists.model import ServiceKind, ServiceStatus, StatusPeriod, TrustList, TrustService

__all__ = ["ServiceKind", "ServiceStatus", "StatusPeriod", "TrustList", "TrustService"]
