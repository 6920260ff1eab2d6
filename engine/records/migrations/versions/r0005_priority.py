"""The priority of a batch, and how many files were sent for it.

Batches from before were all judged in the order of their arrival, so they are routine; nobody counted their files.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("batches", sa.Column("priority", sa.String(40), nullable=False, server_default="routine"))
    op.add_column("batches", sa.Column("sent", sa.Integer))


def downgrade() -> None:
    """Remove them."""
    # not by a copy of the table, as elsewhere: the rows of other tables point to it
    op.drop_column("batches", "sent")
    op.drop_column("batches", "priority")
