"""Tables of the record store, as SQLAlchemy Core.

Those of ``people_tables`` belong to it too. The ``migrations`` beside it build exactly these tables; a test compares
the two. Everything here must work on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from engine.records import columns, people_tables, seed_table
from engine.records.columns import UtcTime, words
from engine.reviews import Call, Place, Review
from engine.vocabulary import HeatMapState, KaryogramState, Priority, ProblemKind
from models.judging.triage import TriageOutcome
from models.judging.uncertainty import Label

metadata: Final = columns.metadata

batches: Final = Table(
    "batches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("model", String(100), nullable=False),
    Column("passes", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("priority", words(Priority), nullable=False, server_default=Priority.ROUTINE.value),
    Column("sent", Integer),
    Column("person", Text),  # who sent it; none for the shell of the machine, and for batches of earlier versions
    Index(None, "person", "created_at"),
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
    Column("removed_at", UtcTime),  # by retention; ``bytes`` is empty since
    Index(None, "sha256", "removed_at"),  # read without the bytes, behind which the column lies
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
    Column("state", words(KaryogramState), nullable=False),
    Column("failure", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("review", words(Review), nullable=False, server_default=Review.WAITING.value),
    Column("risk", Float(53)),  # none as long as the review waits for a verdict; the reading list is ordered by it
    Column("sampled", Boolean, nullable=False, server_default=false()),
    Index(None, "state", "created_at"),
    # with the time, so that a reading list is found and counted in its index alone
    Index(None, "review", "risk", "id", "created_at"),
    Index(None, "batch_id", "review", "risk", "id", "created_at"),
    # a period is counted from this index alone, see engine.figures.overview
    Index("ix_karyograms_overview", "created_at", "state", "review", "risk", "sampled", "case_id", "id"),
)

problems: Final = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("kind", words(ProblemKind), nullable=False),
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
    Column("outcome", words(TriageOutcome), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("refusals", JSON),  # none in verdicts of earlier versions, and no suggestion either
    Column("findings", JSON, nullable=False),
    Column("suggestion", JSON(none_as_null=True)),
    Column("passes", Integer, nullable=False),
    Column("votes_abnormal", Integer, nullable=False),
    Column("label", words(Label), nullable=False),
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
    Column("created_at", UtcTime, nullable=False),
    Column("reading", JSON(none_as_null=True)),  # none in verdicts of earlier versions or of models without the reader
    Column("policy_version", Integer),  # none where the limits of the model's card were in force
    Column("shadow", Boolean, nullable=False, server_default=false()),  # of a candidate: nobody who reads may see it
    Column("distance", Float(53)),  # none in verdicts of earlier versions or of models that know no familiarity
    # a period is counted from this index alone, see engine.figures.overview and engine.figures.drift
    Index(
        "ix_verdicts_overview",
        *("created_at", "model", "outcome", "calibrated_probability", "pass_agreement"),
        *("predictive_entropy", "mutual_information", "distance", "shadow", "karyogram_id"),
    ),
)

# Never changed and never deleted: of each model the newest version is in force. The key is what lets only one of two
# people who change a policy at the same moment do so.
policies: Final = Table(
    "policies",
    metadata,
    Column("model", String(100), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("min_pass_agreement", Float(53), nullable=False),
    Column("max_calibrated_probability", Float(53), nullable=False),
    Column("max_mutual_information", Float(53), nullable=False),
    Column("quality_share", Float(53), nullable=False),
    Column("tolerated", Float(53)),
    Column("confidence", Float(53)),
    Column("grounds", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# Never changed and never deleted: the newest promotion names the model in use, the newest shadow the candidate that
# judges beside it, or none.
promotions: Final = Table(
    "promotions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", String(100), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

shadows: Final = Table(
    "shadows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", String(100)),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
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
    Column("place", words(Place), nullable=False),
    Column("person", Text, nullable=False),
    Column("call", words(Call), nullable=False),
    Column("karyotype", Text, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("comment", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("model", String(100)),
    Column("outcome", words(TriageOutcome)),
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

# The audit trail; see ``engine.records.audit``. Triggers refuse to change or delete its rows and ``decisions``.
audit: Final = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON as it was hashed, to the byte
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_head: Final = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

sign_ins: Final = people_tables.sign_ins
drafts: Final = people_tables.drafts

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
    Column("state", words(HeatMapState), nullable=False),
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

seeds: Final = seed_table.seeds
