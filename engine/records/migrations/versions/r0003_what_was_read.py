"""What was read of a picture, with the verdict; and what people correct of it.

Verdicts from before have no reading: what was not kept cannot be told.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("verdicts", sa.Column("reading", sa.JSON))
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("karyogram_id", sa.String(32), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("object", sa.Integer, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("box_left", sa.Float(53), nullable=False),
        sa.Column("box_top", sa.Float(53), nullable=False),
        sa.Column("box_right", sa.Float(53), nullable=False),
        sa.Column("box_bottom", sa.Float(53), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_corrections_karyogram_id"),
    )
    op.create_index("ix_corrections_karyogram_id", "corrections", ["karyogram_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("corrections")
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("reading")
