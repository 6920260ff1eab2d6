"""Known cases among the others, and how far a picture lies from the karyograms that its model knows.

Verdicts from before have no distance: nobody measured it.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEX: Final = "ix_verdicts_overview"
_COUNTED: Final = ["created_at", "model", "outcome", "calibrated_probability", "pass_agreement"]
_MEASURES: Final = ["predictive_entropy", "mutual_information"]


def upgrade() -> None:
    """Add the table and the column; the index from which a period is counted gets what is counted by now."""
    op.create_table(
        "seeds",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("known_case", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cell", sa.Text, nullable=False),
        sa.Column("image_sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("karyotype", sa.Text, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True)),
        sa.Column("karyogram_id", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_seeds"),
        sa.ForeignKeyConstraint(["image_sha256"], ["pictures.sha256"], name="fk_seeds_image_sha256"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_seeds_karyogram_id"),
        sa.UniqueConstraint("karyogram_id", name="uq_seeds_karyogram_id"),
    )
    op.create_index("ix_seeds_known_case", "seeds", ["known_case"])
    op.add_column("verdicts", sa.Column("distance", sa.Float(53)))
    op.drop_index(_INDEX, "verdicts")
    op.create_index(_INDEX, "verdicts", [*_COUNTED, *_MEASURES, "distance", "shadow", "karyogram_id"])


def downgrade() -> None:
    """Remove them; karyograms of known cases that are in the stream stay there, and count as any other."""
    op.drop_index(_INDEX, "verdicts")
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("distance")
    op.create_index(_INDEX, "verdicts", [*_COUNTED, *_MEASURES])
    op.drop_table("seeds")
