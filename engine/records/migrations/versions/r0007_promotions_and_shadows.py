"""Which model is in use, and which judges beside it without being shown.

Verdicts from before were all asked for by a batch, and so none of them is a shadow.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    for table, nullable in (("promotions", False), ("shadows", True)):
        op.create_table(
            table,
            sa.Column("id", sa.Integer, nullable=False),
            sa.Column("model", sa.String(100), nullable=nullable),
            sa.Column("author", sa.Text, nullable=False),
            sa.Column("reason", sa.Text, nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        )
    op.add_column("verdicts", sa.Column("shadow", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Remove them, and the verdicts that nobody was to see."""
    op.execute(sa.text("DELETE FROM verdicts WHERE shadow"))
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("shadow")
    for table_name in ("shadows", "promotions"):
        op.drop_table(table_name)
