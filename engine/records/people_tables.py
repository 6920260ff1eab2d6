"""The tables of people who sign in; ``engine.records.schema`` has all the others and says what holds for both."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text

from engine.people import End, Role
from engine.records.columns import UtcTime, metadata, words

# Who is signed in; see ``engine.access.sign_ins``. ``account`` is a hash of the identity provider and its key for the
# person.
sign_ins: Final = Table(
    "sign_ins",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account", String(64), nullable=False, index=True),
    Column("person", Text, nullable=False, index=True),
    Column("role", words(Role), nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("end", words(End)),
)

# What somebody had written when they had to sign in again, at most one decision each.
drafts: Final = Table(
    "drafts",
    metadata,
    Column("person", Text, primary_key=True),
    Column("karyogram_id", ForeignKey("karyograms.id"), nullable=False),
    Column("turn", String(40), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)
