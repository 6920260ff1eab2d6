"""What the reading list needs to be quick: indexes in its order, and the findings of each karyogram by their text."""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004b"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHUNK = 1000
_FOUND = sa.text("""
    SELECT verdicts.karyogram_id, verdicts.findings
    FROM verdicts JOIN karyograms ON karyograms.id = verdicts.karyogram_id
    JOIN batches ON batches.id = karyograms.batch_id AND batches.model = verdicts.model
""")


def upgrade() -> None:
    """Add them, with the findings of the verdicts that are there."""
    op.drop_index("ix_karyograms_review_risk_id", "karyograms")
    op.drop_index("ix_karyograms_batch_id", "karyograms")
    for columns in (["review", "risk", "id", "created_at"], ["batch_id", "review", "risk", "id", "created_at"]):
        op.create_index(f"ix_karyograms_{'_'.join(columns)}", "karyograms", columns)
    op.create_index("ix_decisions_karyogram_id_person", "decisions", ["karyogram_id", "person"])
    op.create_index("ix_decisions_person_id", "decisions", ["person", "id"])
    if op.get_bind().dialect.name == "postgresql":  # there only this order of letters finds what begins alike
        op.execute('ALTER TABLE cases ALTER COLUMN name TYPE text COLLATE "C"')
    op.create_index("ix_cases_name", "cases", ["name"])
    findings = op.create_table(
        "findings",
        sa.Column("karyogram_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("karyogram_id", "text", name="pk_findings"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_findings_karyogram_id"),
    )
    op.create_index("ix_findings_text_karyogram_id", "findings", ["text", "karyogram_id"])
    for rows in _found(op.get_bind()):
        if rows:
            op.bulk_insert(findings, rows)


def _found(connection: sa.Connection) -> Iterator[list[dict[str, str]]]:
    """Read the findings of the verdicts that count, some verdicts at a time."""
    for some in connection.execute(_FOUND).partitions(_CHUNK):
        named = ((key, json.loads(found) if isinstance(found, str) else found) for key, found in some)
        pairs = dict.fromkeys((key, finding["text"]) for key, found in named for finding in found)
        yield [{"karyogram_id": key, "text": text} for key, text in pairs]


def downgrade() -> None:
    """Remove them."""
    op.drop_table("findings")
    op.drop_index("ix_cases_name", "cases")
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE cases ALTER COLUMN name TYPE text COLLATE "default"')
    op.drop_index("ix_decisions_person_id", "decisions")
    op.drop_index("ix_decisions_karyogram_id_person", "decisions")
    for columns in (["review", "risk", "id", "created_at"], ["batch_id", "review", "risk", "id", "created_at"]):
        op.drop_index(f"ix_karyograms_{'_'.join(columns)}", "karyograms")
    op.create_index("ix_karyograms_batch_id", "karyograms", ["batch_id"])
    op.create_index("ix_karyograms_review_risk_id", "karyograms", ["review", "risk", "id"])
