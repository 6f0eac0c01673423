"""Builds a hierarchy whose keys live in a PKCS #11 token, and prints root, issuing CA, leaf and list in PEM.

Arguments: module, token label, PIN, folder. A process of its own, because a token's library reads its configuration
once per process.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from ca.pem import pem
from ca.service import CertificateAuthority
from ops.platform.audit import AuditLog
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import KeyAlgorithm
from ops.platform.keys.pkcs11 import Pkcs11KeyStore
from tests.ca.world import BASE_URL, World


def main(module: str, label: str, pin: str, folder: str) -> None:
    """Issue everything once."""
    database = Database(f"sqlite:///{folder}/token.sqlite")
    database.create_tables()
    keys, clock = Pkcs11KeyStore(Path(module), label, pin), FixedClock(datetime(2026, 6, 1, tzinfo=UTC))
    keys.generate("audit", KeyAlgorithm.EC_P256)
    audit = AuditLog(keys, "audit", clock, "token")
    with database.write() as session:
        audit.create(session)
    ca = CertificateAuthority(database, keys, audit, clock, BASE_URL)
    world = World(ca, database, keys, audit, clock)  # type: ignore[arg-type]
    for country, algorithm in (("KZ", "ec-p384"), ("RU", "rsa-3072")):
        root, issuing = world.hierarchy(country, algorithm)
        leaf = world.seal(issuing.name)
        for encoded in (root.certificate, issuing.certificate, leaf.der):
            print(pem("CERTIFICATE", encoded or b""))  # noqa: T201 - what the test reads
        print(pem("X509 CRL", ca.publish_crl(issuing.name).der))  # noqa: T201
    keys.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
