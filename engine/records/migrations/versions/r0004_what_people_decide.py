"""What people decide, and whose turn it is with each karyogram.

Of karyograms from before, the flagged and the failed wait for their first reader; none is in the quality sample.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# as engine.reviews.risk does it: by outcome, then by probability; the latter lies between 0 and 1
_RISK = """
    UPDATE karyograms SET review = 'first', risk = (
        SELECT CASE verdicts.outcome WHEN 'flagged_unreadable' THEN 6 WHEN 'flagged_abnormal' THEN 4
                                     WHEN 'flagged_uncertain' THEN 2 ELSE 0 END + verdicts.calibrated_probability
        FROM verdicts JOIN batches ON batches.model = verdicts.model
        WHERE verdicts.karyogram_id = karyograms.id AND batches.id = karyograms.batch_id)
    WHERE state = 'judged'
"""


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("karyograms", sa.Column("review", sa.String(40), nullable=False, server_default="waiting"))
    op.add_column("karyograms", sa.Column("risk", sa.Float(53)))
    op.add_column("karyograms", sa.Column("sampled", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(_RISK)
    op.execute("UPDATE karyograms SET review = 'first', risk = 9 WHERE state = 'failed'")
    op.execute("UPDATE karyograms SET review = 'waiting' WHERE state = 'judged' AND risk IS NULL")
    op.execute("UPDATE karyograms SET review = 'not_needed' WHERE state = 'judged' AND risk <= 1")
    op.create_index("ix_karyograms_review_risk_id", "karyograms", ["review", "risk", "id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("karyogram_id", sa.String(32), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("karyotype", sa.Text, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("model", sa.String(100)),
        sa.Column("outcome", sa.String(40)),
        sa.Column("amends", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_decisions_karyogram_id"),
        sa.ForeignKeyConstraint(["amends"], ["decisions.id"], name="fk_decisions_amends"),
        sa.UniqueConstraint("amends", name="uq_decisions_amends"),
    )
    op.create_index("ix_decisions_created_at", "decisions", ["created_at"])
    op.create_index("ix_decisions_karyogram_id_id", "decisions", ["karyogram_id", "id"])
    first = sa.text("amends IS NULL")
    op.create_index(
        "uq_decisions_first_of_place",
        "decisions",
        ["karyogram_id", "place"],
        unique=True,
        sqlite_where=first,
        postgresql_where=first,
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("decisions")
    op.drop_index("ix_karyograms_review_risk_id", "karyograms")
    with op.batch_alter_table("karyograms") as table:
        for column in ("sampled", "risk", "review"):
            table.drop_column(column)
