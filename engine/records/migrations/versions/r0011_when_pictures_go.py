"""When a picture was removed by retention. Nothing was removed before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and the index by which it is read without the bytes before it."""
    op.add_column("pictures", sa.Column("removed_at", sa.DateTime(timezone=True)))
    op.create_index("ix_pictures_sha256_removed_at", "pictures", ["sha256", "removed_at"])


def downgrade() -> None:
    """Remove them."""
    # not by a copy of the table, as elsewhere: the rows of other tables point to it
    op.drop_index("ix_pictures_sha256_removed_at", "pictures")
    op.drop_column("pictures", "removed_at")
