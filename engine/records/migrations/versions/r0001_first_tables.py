"""First tables.

A migration describes the past: it names its types itself and imports nothing from the engine, which will change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = ("batches", "cases", "pictures", "karyograms", "problems", "verdicts")
_ID = sa.String(32)
_SHA256 = sa.String(64)
_WORD = sa.String(40)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create all tables."""
    _create_batches()
    _create_cases()
    _create_pictures()
    _create_karyograms()
    _create_problems()
    _create_verdicts()


def downgrade() -> None:
    """Drop all tables, those that point to others first."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("passes", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_created_at", "batches", ["created_at"])


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", _ID, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_cases_batch_id"),
        sa.UniqueConstraint("batch_id", "name", name="uq_cases_batch_id_name"),
    )


def _create_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("sha256", _SHA256, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_pictures"),
    )


def _create_karyograms() -> None:
    op.create_table(
        "karyograms",
        sa.Column("id", _ID, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("cell", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("image_sha256", _SHA256, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_karyograms"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_karyograms_batch_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_karyograms_case_id"),
        sa.ForeignKeyConstraint(["image_sha256"], ["pictures.sha256"], name="fk_karyograms_image_sha256"),
    )
    for columns in (["batch_id"], ["case_id"], ["image_sha256"], ["state", "created_at"]):
        op.create_index("ix_karyograms_" + "_".join(columns), "karyograms", columns)


def _create_problems() -> None:
    op.create_table(
        "problems",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("duplicate_of", _ID),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_problems"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_problems_batch_id"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["karyograms.id"], name="fk_problems_duplicate_of"),
    )
    op.create_index("ix_problems_batch_id", "problems", ["batch_id"])


def _create_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("karyogram_id", _ID, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("model_sha256", _SHA256, nullable=False),
        sa.Column("image_sha256", _SHA256, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("precision", sa.String(20), nullable=False),
        sa.Column("outcome", _WORD, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        *_measure_columns(),
        sa.Column("policy", sa.JSON, nullable=False),
        sa.Column("pass_probabilities", sa.LargeBinary, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("karyogram_id", "model", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["karyogram_id"], ["karyograms.id"], name="fk_verdicts_karyogram_id"),
    )
    op.create_index("ix_verdicts_created_at", "verdicts", ["created_at"])


def _measure_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("passes", sa.Integer, nullable=False),
        sa.Column("votes_abnormal", sa.Integer, nullable=False),
        sa.Column("label", _WORD, nullable=False),
        sa.Column("pass_agreement", sa.Float(53), nullable=False),
        sa.Column("agreement_low", sa.Float(53), nullable=False),
        sa.Column("agreement_high", sa.Float(53), nullable=False),
        sa.Column("mean_probability", sa.Float(53), nullable=False),
        sa.Column("standard_deviation", sa.Float(53), nullable=False),
        sa.Column("predictive_entropy", sa.Float(53), nullable=False),
        sa.Column("mutual_information", sa.Float(53), nullable=False),
        sa.Column("calibrated_probability", sa.Float(53), nullable=False),
    )
