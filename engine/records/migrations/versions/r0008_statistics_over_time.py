"""Indexes from which a period is counted without a look at the rows."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MEASURES = ("calibrated_probability", "pass_agreement", "predictive_entropy", "mutual_information")


def upgrade() -> None:
    """Add them; that of the verdicts takes the place of a shorter one."""
    karyograms = ["created_at", "state", "review", "risk", "sampled", "case_id", "id"]
    op.create_index("ix_karyograms_overview", "karyograms", karyograms)
    op.create_index("ix_verdicts_overview", "verdicts", ["created_at", "model", "outcome", *_MEASURES])
    op.drop_index("ix_verdicts_created_at", "verdicts")


def downgrade() -> None:
    """Remove them."""
    op.create_index("ix_verdicts_created_at", "verdicts", ["created_at"])
    op.drop_index("ix_verdicts_overview", "verdicts")
    op.drop_index("ix_karyograms_overview", "karyograms")
