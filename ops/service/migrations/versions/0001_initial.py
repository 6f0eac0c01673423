"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

from ops.platform.audit import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_entry",
        sa.Column("log_id", sa.String(length=100), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "sequence", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("log_id", sa.String(length=100), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signed_at", sa.String(length=40), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "number", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_log",
        sa.Column("log_id", sa.String(length=100), nullable=False),
        sa.Column("origin", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("heads", sa.BigInteger(), nullable=False),
        sa.Column("signed_size", sa.BigInteger(), nullable=False),
        sa.Column("last_head_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "ca_approver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_approver")),
        sa.UniqueConstraint("name", name=op.f("uq_ca_approver_name")),
    )
    op.create_table(
        "ca_authority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("predecessor_id", sa.Integer(), nullable=True),
        sa.Column("key_label", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("ocsp_name_hash", sa.String(length=40), nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("crl_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["ca_authority.id"], name=op.f("fk_ca_authority_parent_id_ca_authority")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["ca_authority.id"], name=op.f("fk_ca_authority_predecessor_id_ca_authority")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_authority")),
        sa.UniqueConstraint("name", name=op.f("uq_ca_authority_name")),
    )
    with op.batch_alter_table("ca_authority", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ca_authority_jurisdiction"), ["jurisdiction"], unique=False)
        batch_op.create_index(batch_op.f("ix_ca_authority_name_hash"), ["name_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_ca_authority_ocsp_name_hash"), ["ocsp_name_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_ca_authority_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "ca_blocked_key",
        sa.Column("spki_hash", sa.String(length=64), nullable=False),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("spki_hash", name=op.f("pk_ca_blocked_key")),
    )
    op.create_table(
        "mirror_object",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_mirror_object")),
    )
    op.create_table(
        "mirror_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("subject_key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("issuers", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.Column("interval_seconds", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=100), nullable=True),
        sa.Column("error_sentence", sa.String(length=1000), nullable=True),
        sa.Column("etag", sa.String(length=500), nullable=True),
        sa.Column("last_modified", sa.String(length=100), nullable=True),
        sa.Column("current", sa.String(length=64), nullable=True),
        sa.Column("crl_number", sa.String(length=60), nullable=True),
        sa.Column("this_update", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_update", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror_source")),
        sa.UniqueConstraint("kind", "url", "subject_key", name=op.f("uq_mirror_source_kind_url_subject_key")),
    )
    with op.batch_alter_table("mirror_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mirror_source_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mirror_source_subject_key"), ["subject_key"], unique=False)

    op.create_table(
        "signer_credential",
        sa.Column("credential", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.String(length=500), nullable=False),
        sa.Column("key_label", sa.String(length=100), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("pss", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_reason", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("credential", name=op.f("pk_signer_credential")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_signer_credential_fingerprint")),
    )
    with op.batch_alter_table("signer_credential", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signer_credential_owner"), ["owner"], unique=False)

    op.create_table(
        "tsa_serial",
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("next_block", sa.BigInteger(), nullable=False),
        sa.Column("latest_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_tsa_serial")),
    )
    op.create_table(
        "tsa_unit",
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("key_label", sa.String(length=100), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("policy", sa.String(length=200), nullable=False),
        sa.Column("also", sa.String(length=2000), nullable=False),
        sa.Column("accuracy_ms", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_tsa_unit")),
    )
    op.create_table(
        "ca_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("subject_authority_id", sa.Integer(), nullable=True),
        sa.Column("spki_hash", sa.String(length=64), nullable=False),
        sa.Column("tbs_hash", sa.String(length=64), nullable=True),
        sa.Column("tbs", sa.LargeBinary(), nullable=True),
        sa.Column("der", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("approvals_required", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(length=128), nullable=True),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["ca_authority.id"], name=op.f("fk_ca_certificate_issuer_id_ca_authority")
        ),
        sa.ForeignKeyConstraint(
            ["subject_authority_id"],
            ["ca_authority.id"],
            name=op.f("fk_ca_certificate_subject_authority_id_ca_authority"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_certificate")),
        sa.UniqueConstraint("issuer_id", "serial", name=op.f("uq_ca_certificate_issuer_id_serial")),
    )
    with op.batch_alter_table("ca_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ca_certificate_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_ca_certificate_spki_hash"), ["spki_hash"], unique=False)
        batch_op.create_index("ix_ca_certificate_state_issuer", ["state", "issuer_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ca_certificate_subject_authority_id"), ["subject_authority_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_ca_certificate_subject_hash"), ["subject_hash"], unique=False)

    op.create_table(
        "ca_crl",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("this_update", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_update", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["ca_authority.id"], name=op.f("fk_ca_crl_authority_id_ca_authority")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_crl")),
        sa.UniqueConstraint("authority_id", "number", name=op.f("uq_ca_crl_authority_id_number")),
    )
    op.create_table(
        "ca_received_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.LargeBinary(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["ca_authority.id"], name=op.f("fk_ca_received_certificate_authority_id_ca_authority")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_received_certificate")),
        sa.UniqueConstraint("sha256", name=op.f("uq_ca_received_certificate_sha256")),
    )
    with op.batch_alter_table("ca_received_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ca_received_certificate_authority_id"), ["authority_id"], unique=False)

    op.create_table(
        "mirror_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("this_update", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["mirror_object.sha256"], name=op.f("fk_mirror_history_sha256_mirror_object")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["mirror_source.id"], name=op.f("fk_mirror_history_source_id_mirror_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror_history")),
    )
    with op.batch_alter_table("mirror_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mirror_history_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_mirror_history_source_update", ["source_id", "this_update"], unique=False)

    op.create_table(
        "signer_authorisation",
        sa.Column("authorisation", sa.String(length=64), nullable=False),
        sa.Column("credential", sa.String(length=100), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.String(length=500), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential"],
            ["signer_credential.credential"],
            name=op.f("fk_signer_authorisation_credential_signer_credential"),
        ),
        sa.PrimaryKeyConstraint("authorisation", name=op.f("pk_signer_authorisation")),
    )
    with op.batch_alter_table("signer_authorisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signer_authorisation_credential"), ["credential"], unique=False)

    op.create_table(
        "ca_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["ca_approver.id"], name=op.f("fk_ca_approval_approver_id_ca_approver")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["ca_certificate.id"], name=op.f("fk_ca_approval_certificate_id_ca_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_approval")),
        sa.UniqueConstraint("certificate_id", "approver_id", name=op.f("uq_ca_approval_certificate_id_approver_id")),
    )
    op.create_table(
        "ca_responder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("key_label", sa.String(length=100), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["ca_authority.id"], name=op.f("fk_ca_responder_authority_id_ca_authority")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["ca_certificate.id"], name=op.f("fk_ca_responder_certificate_id_ca_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_responder")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_ca_responder_certificate_id")),
    )
    with op.batch_alter_table("ca_responder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ca_responder_authority_id"), ["authority_id"], unique=False)

    op.create_table(
        "ca_revocation",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invalidity_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["ca_certificate.id"], name=op.f("fk_ca_revocation_certificate_id_ca_certificate")
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["ca_authority.id"], name=op.f("fk_ca_revocation_issuer_id_ca_authority")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_ca_revocation")),
        sa.UniqueConstraint("issuer_id", "serial", name=op.f("uq_ca_revocation_issuer_id_serial")),
    )
    op.create_table(
        "ca_status_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["ca_certificate.id"], name=op.f("fk_ca_status_event_certificate_id_ca_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ca_status_event")),
    )
    with op.batch_alter_table("ca_status_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ca_status_event_certificate_id"), ["certificate_id"], unique=False)

    guards.install(op.get_bind())


def downgrade() -> None:
    """Undo."""
    guards.remove(op.get_bind())
    with op.batch_alter_table("ca_status_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ca_status_event_certificate_id"))

    op.drop_table("ca_status_event")
    op.drop_table("ca_revocation")
    with op.batch_alter_table("ca_responder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ca_responder_authority_id"))

    op.drop_table("ca_responder")
    op.drop_table("ca_approval")
    with op.batch_alter_table("signer_authorisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signer_authorisation_credential"))

    op.drop_table("signer_authorisation")
    with op.batch_alter_table("mirror_history", schema=None) as batch_op:
        batch_op.drop_index("ix_mirror_history_source_update")
        batch_op.drop_index(batch_op.f("ix_mirror_history_sha256"))

    op.drop_table("mirror_history")
    with op.batch_alter_table("ca_received_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ca_received_certificate_authority_id"))

    op.drop_table("ca_received_certificate")
    op.drop_table("ca_crl")
    with op.batch_alter_table("ca_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ca_certificate_subject_hash"))
        batch_op.drop_index(batch_op.f("ix_ca_certificate_subject_authority_id"))
        batch_op.drop_index("ix_ca_certificate_state_issuer")
        batch_op.drop_index(batch_op.f("ix_ca_certificate_spki_hash"))
        batch_op.drop_index(batch_op.f("ix_ca_certificate_sha256"))

    op.drop_table("ca_certificate")
    op.drop_table("tsa_unit")
    op.drop_table("tsa_serial")
    with op.batch_alter_table("signer_credential", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signer_credential_owner"))

    op.drop_table("signer_credential")
    with op.batch_alter_table("mirror_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mirror_source_subject_key"))
        batch_op.drop_index(batch_op.f("ix_mirror_source_due_at"))

    op.drop_table("mirror_source")
    op.drop_table("mirror_object")
    op.drop_table("ca_blocked_key")
    with op.batch_alter_table("ca_authority", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ca_authority_parent_id"))
        batch_op.drop_index(batch_op.f("ix_ca_authority_ocsp_name_hash"))
        batch_op.drop_index(batch_op.f("ix_ca_authority_name_hash"))
        batch_op.drop_index(batch_op.f("ix_ca_authority_jurisdiction"))

    op.drop_table("ca_authority")
    op.drop_table("ca_approver")
    op.drop_table("audit_log")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject"))

    op.drop_table("audit_entry")
