"""Who is signed in, what they had written when they had to sign in again, and who sent a batch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_account", "sign_ins", ["account"])
    op.create_index("ix_sign_ins_person", "sign_ins", ["person"])
    op.create_table(
        "drafts",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("karyogram_id", sa.String(32), nullable=False),
        sa.Column("turn", sa.String(40), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_drafts"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_drafts_karyogram_id"),
    )
    op.add_column("batches", sa.Column("person", sa.Text))
    op.create_index("ix_batches_person_created_at", "batches", ["person", "created_at"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_batches_person_created_at", "batches")
    op.drop_column("batches", "person")
    op.drop_table("drafts")
    op.drop_index("ix_sign_ins_person", "sign_ins")
    op.drop_index("ix_sign_ins_account", "sign_ins")
    op.drop_table("sign_ins")
