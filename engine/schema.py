"""Tables of the record store, as SQLAlchemy Core.

The migrations in ``engine/migrations`` build exactly these tables; a test compares the two. Everything here must
work on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

from engine.reviews import Call, Place, Review
from engine.vocabulary import HeatMapState, KaryogramState, ProblemKind
from models.judging.triage import TriageOutcome
from models.judging.uncertainty import Label


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC that is timezone-aware on both sides; SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would be read as local ones, and turn the others into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time must be timezone-aware, got {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every time back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _words(enum: type[StrEnum]) -> Enum:
    """Store an enum by its words, as text: a new word then needs no migration."""
    return Enum(enum, native_enum=False, length=40, values_callable=lambda words: [word.value for word in words])


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

batches: Final = Table(
    "batches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("model", String(100), nullable=False),
    Column("passes", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
)

cases: Final = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    # in the order of the bytes, which finds quickly what begins alike
    Column("name", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False, index=True),
    UniqueConstraint("batch_id", "name"),
)

pictures: Final = Table(
    "pictures",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
)

karyograms: Final = Table(
    "karyograms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("cell", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("image_sha256", ForeignKey("pictures.sha256"), nullable=False, index=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("state", _words(KaryogramState), nullable=False),
    Column("failure", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("review", _words(Review), nullable=False, server_default=Review.WAITING.value),
    Column("risk", Float(53)),  # none as long as the review waits for a verdict; the reading list is ordered by it
    Column("sampled", Boolean, nullable=False, server_default=false()),
    Index(None, "state", "created_at"),
    # with the time, so that a reading list is found and counted in its index alone
    Index(None, "review", "risk", "id", "created_at"),
    Index(None, "batch_id", "review", "risk", "id", "created_at"),
)

problems: Final = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("kind", _words(ProblemKind), nullable=False),
    Column("message", Text, nullable=False),
    Column("duplicate_of", ForeignKey("karyograms.id")),
    Column("created_at", UtcTime, nullable=False),
)

# One verdict for a karyogram and a model: the primary key is what makes a second delivery a no-op.
verdicts: Final = Table(
    "verdicts",
    metadata,
    Column("karyogram_id", ForeignKey("karyograms.id"), primary_key=True),
    Column("model", String(100), primary_key=True),
    Column("model_sha256", String(64), nullable=False),
    Column("image_sha256", String(64), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("precision", String(20), nullable=False),
    Column("outcome", _words(TriageOutcome), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("refusals", JSON),  # none in verdicts of earlier versions, and no suggestion either
    Column("findings", JSON, nullable=False),
    Column("suggestion", JSON(none_as_null=True)),
    Column("passes", Integer, nullable=False),
    Column("votes_abnormal", Integer, nullable=False),
    Column("label", _words(Label), nullable=False),
    Column("pass_agreement", Float(53), nullable=False),
    Column("agreement_low", Float(53), nullable=False),
    Column("agreement_high", Float(53), nullable=False),
    Column("mean_probability", Float(53), nullable=False),
    Column("standard_deviation", Float(53), nullable=False),
    Column("predictive_entropy", Float(53), nullable=False),
    Column("mutual_information", Float(53), nullable=False),
    Column("calibrated_probability", Float(53), nullable=False),
    Column("policy", JSON, nullable=False),
    Column("pass_probabilities", LargeBinary, nullable=False),
    Column("engine", Text, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("reading", JSON(none_as_null=True)),  # none in verdicts of earlier versions or of models without the reader
)

# The findings of the verdict of the batch's model, to be looked for by their text.
findings: Final = Table(
    "findings",
    metadata,
    Column("karyogram_id", ForeignKey("karyograms.id"), primary_key=True),
    Column("text", Text, primary_key=True),
    Index(None, "text", "karyogram_id"),
)

# What people decided, never changed and never deleted. The two indexes let nobody be the same reader of a karyogram
# twice and nobody amend a decision twice, whatever several dashboards do at the same moment.
decisions: Final = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("karyogram_id", ForeignKey("karyograms.id"), nullable=False),
    Column("place", _words(Place), nullable=False),
    Column("person", Text, nullable=False),
    Column("call", _words(Call), nullable=False),
    Column("karyotype", Text, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("comment", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("model", String(100)),
    Column("outcome", _words(TriageOutcome)),
    Column("amends", ForeignKey("decisions.id"), unique=True),
    Column("created_at", UtcTime, nullable=False, index=True),
    Index(None, "karyogram_id", "id"),
    Index(None, "karyogram_id", "person"),
    Index(None, "person", "id"),
    Index(
        "uq_decisions_first_of_place",
        "karyogram_id",
        "place",
        unique=True,
        sqlite_where=text("amends IS NULL"),
        postgresql_where=text("amends IS NULL"),
    ),
)

# What people corrected, never changed and never deleted: of an object the latest correction counts. ``model`` tells
# whose verdict numbers the objects.
corrections: Final = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("karyogram_id", ForeignKey("karyograms.id"), nullable=False, index=True),
    Column("model", String(100), nullable=False),
    Column("object", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("box_left", Float(53), nullable=False),
    Column("box_top", Float(53), nullable=False),
    Column("box_right", Float(53), nullable=False),
    Column("box_bottom", Float(53), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

heat_maps: Final = Table(
    "heat_maps",
    metadata,
    Column("karyogram_id", ForeignKey("karyograms.id"), primary_key=True),
    Column("model", String(100), primary_key=True),
    Column("state", _words(HeatMapState), nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    Column("taken_at", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("failure", Text),
    Column("side", Integer),
    Column("cells", LargeBinary),
    Column("frame_left", Float(53)),
    Column("frame_top", Float(53)),
    Column("frame_side", Float(53)),
    Index(None, "state", "requested_at"),
)
