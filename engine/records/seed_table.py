"""The table of known cases among the others; see ``engine.records.seeds`` and ``engine.known_cases.seeding``."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from engine.records.columns import UtcTime, metadata, words
from engine.reviews import Call

# One row a picture; those of one ``known_case`` go into a batch together, one by one in the order of ``number``. Until
# ``placed_at`` they wait for a batch. The answer is never changed; the audit trail has it too.
seeds: Final = Table(
    "seeds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("known_case", String(32), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),  # what the laboratory calls the case; readers never see it
    Column("cell", Text, nullable=False),
    Column("image_sha256", ForeignKey("pictures.sha256"), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("call", words(Call), nullable=False),
    Column("karyotype", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("person", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("placed_at", UtcTime),
    Column("karyogram_id", ForeignKey("karyograms.id"), unique=True),
)
