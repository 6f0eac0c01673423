"""Every tolerance that a jurisdiction's profile may grant to revocation information, and the clause it sets aside.

The engine's default is to grant none; a list or response that needed one says so in its answer (TS-REV-LENIENCY).
"""

from collections.abc import Mapping
from types import MappingProxyType

LENIENCIES: Mapping[str, str] = MappingProxyType(
    {
        "crl-algorithm-mismatch": "RFC 5280 5.1.1.2",
        "crl-authority-key-identifier-critical": "RFC 5280 4.2.1.1",
        "crl-authority-key-identifier-form": "RFC 5280 5.2.1",
        "crl-authority-key-identifier-mismatch": "RFC 5280 5.2.1",
        "crl-certificate-issuer-in-direct-crl": "RFC 5280 5.3.3",
        "crl-certificate-issuer-not-critical": "RFC 5280 5.3.3",
        "crl-number-critical": "RFC 5280 5.2.3",
        "crl-number-form": "RFC 5280 5.2.3",
        "crl-number-missing": "RFC 5280 5.2.3",
        "crl-delta-base-not-before-delta": "RFC 5280 5.2.4",
        "crl-delta-indicator-not-critical": "RFC 5280 5.2.4",
        "crl-duplicate-extension": "RFC 5280 4.2",
        "crl-empty-extensions": "RFC 5280 5.1.2.7",
        "crl-empty-issuer": "RFC 5280 5.1.2.3",
        "crl-empty-revoked-certificates": "RFC 5280 5.1.2.6",
        "crl-encoded-default": "X.690 11.5",
        "crl-freshest-crl-misused": "RFC 5280 5.2.6",
        "crl-idp-conflicting-scope": "RFC 5280 5.2.5",
        "crl-idp-empty": "RFC 5280 5.2.5",
        "crl-invalidity-date-critical": "RFC 5280 5.3.2",
        "crl-issuing-distribution-point-not-critical": "RFC 5280 5.2.5",
        "crl-next-update-not-after-this-update": "RFC 5280 5.1.2.5",
        "crl-reason-code-critical": "RFC 5280 5.3.1",
        "crl-remove-from-complete-crl": "RFC 5280 5.3.1",
        "crl-version-1-with-extensions": "RFC 5280 5.1.2.1",
        "ocsp-duplicate-extension": "RFC 6960 4.4",
        "ocsp-empty-extensions": "RFC 6960 4.4",
        "ocsp-encoded-default": "X.690 11.5",
        "ocsp-next-update-not-after-this-update": "RFC 6960 4.2.2.1",
        "ocsp-no-single-response": "RFC 6960 4.2.1",
        "ocsp-nonce-length": "RFC 9654 2.1",
        "ocsp-responder-key-hash-length": "RFC 6960 4.2.1",
    }
)
