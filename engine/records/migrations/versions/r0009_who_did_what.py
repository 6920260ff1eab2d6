"""Who did what: the audit trail, and triggers that refuse to change or delete what must stand for ever."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEPT: Final = ("audit", "decisions", "policies", "promotions", "shadows")
_REFUSE: Final = "rows of this table are never changed or deleted"


def upgrade() -> None:
    """Add the tables, the row that names the last entry, and the triggers."""
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": "0" * 64}])
    for statement in _TRIGGERS[op.get_bind().dialect.name]():
        op.execute(statement)


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
        for table in _KEPT
        for event in ("update", "delete")
    ]


def _postgresql() -> list[str]:
    function = f"""
        CREATE FUNCTION karyotriage_refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$
    """
    triggers = [
        f"CREATE TRIGGER {table}_no_{name} BEFORE {events} ON {table} FOR EACH {each} "
        "EXECUTE FUNCTION karyotriage_refuse()"
        for table in _KEPT
        for name, events, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT"))
    ]
    return [function, *triggers]


_TRIGGERS: Final = {"sqlite": _sqlite, "postgresql": _postgresql}


def downgrade() -> None:
    """Remove them."""
    for statement in _DROPS[op.get_bind().dialect.name]():
        op.execute(statement)
    op.drop_table("audit_head")
    op.drop_table("audit")


def _drop_sqlite() -> list[str]:
    return [f"DROP TRIGGER {table}_no_{event}" for table in _KEPT for event in ("update", "delete")]


def _drop_postgresql() -> list[str]:
    triggers = [f"DROP TRIGGER {table}_no_{name} ON {table}" for table in _KEPT for name in ("change", "truncate")]
    return [*triggers, "DROP FUNCTION karyotriage_refuse()"]


_DROPS: Final = {"sqlite": _drop_sqlite, "postgresql": _drop_postgresql}
