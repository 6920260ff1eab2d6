"""Why a picture is unreadable and which karyotype is suggested, with the verdict; and heat maps on request.

Verdicts from before have neither: what was not kept cannot be told.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("verdicts", sa.Column("refusals", sa.JSON))
    op.add_column("verdicts", sa.Column("suggestion", sa.JSON))
    op.create_table(
        "heat_maps",
        sa.Column("karyogram_id", sa.String(32), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("taken_at", _TIME),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("side", sa.Integer),
        sa.Column("cells", sa.LargeBinary),
        sa.Column("frame_left", sa.Float(53)),
        sa.Column("frame_top", sa.Float(53)),
        sa.Column("frame_side", sa.Float(53)),
        sa.PrimaryKeyConstraint("karyogram_id", "model", name="pk_heat_maps"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_heat_maps_karyogram_id"),
    )
    op.create_index("ix_heat_maps_state_requested_at", "heat_maps", ["state", "requested_at"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("heat_maps")
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("suggestion")
        table.drop_column("refusals")
