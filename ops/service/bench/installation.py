"""A throw-away installation for benchmarks: one root and one issuing authority, on SQLite or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ca.service import CertificateAuthority
from ca.values import AuthorityKind, NewAuthority
from ops.platform.installation import Installation, opened
from ops.platform.settings import load_settings
from ops.service.scratch import is_postgresql, scratch_database

ROOT, ISSUING = "bench-root", "bench-issuing"
_BASE_URL = "http://127.0.0.1:8080"


def configured_server() -> str | None:
    """The PostgreSQL that DATABASE_URL names, None when it names none."""
    configured = load_settings({}).database_url
    return configured if is_postgresql(configured) else None


@contextmanager
def bench_installation(server: str | None = None) -> Iterator[tuple[Installation, CertificateAuthority]]:
    """An open installation in a temporary directory, with a hierarchy of P-256 keys; removed at the end.

    `server` is the address of a PostgreSQL database to use instead of SQLite, in a schema of its own.
    """
    with (
        TemporaryDirectory(prefix="trustspace-bench-") as folder,
        scratch_database(Path(folder), "bench", server=server) as address,
    ):
        settings = load_settings(
            {
                "data_dir": Path(folder),
                "database_address": address,
                "key_passphrase": "only for this benchmark",
                "base_url": _BASE_URL,
            }
        )
        with opened(settings) as installation:
            authority = CertificateAuthority(
                installation.database, installation.keys, installation.audit, installation.clock, _BASE_URL
            )
            subject = (
                ("countryName", "KZ"),
                ("organizationName", "Benchmark CA"),
                ("organizationIdentifier", "NTRKZ-1"),
            )
            authority.create_authority(
                NewAuthority(ROOT, "KZ", AuthorityKind.ROOT, (*subject, ("commonName", "Benchmark Root")))
            )
            authority.create_authority(
                NewAuthority(
                    ISSUING, "KZ", AuthorityKind.ISSUING, (*subject, ("commonName", "Benchmark Issuing")), parent=ROOT
                )
            )
            yield installation, authority
