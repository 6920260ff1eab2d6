"""The versions of the policy of each model, and of each verdict the version that it was made by.

Verdicts from before were made by the limits of the card of their model, and so have no version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "policies",
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("min_pass_agreement", sa.Float(53), nullable=False),
        sa.Column("max_calibrated_probability", sa.Float(53), nullable=False),
        sa.Column("max_mutual_information", sa.Float(53), nullable=False),
        sa.Column("quality_share", sa.Float(53), nullable=False),
        sa.Column("tolerated", sa.Float(53)),
        sa.Column("confidence", sa.Float(53)),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("model", "version", name="pk_policies"),
    )
    op.add_column("verdicts", sa.Column("policy_version", sa.Integer))


def downgrade() -> None:
    """Remove them."""
    op.drop_table("policies")
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("policy_version")
