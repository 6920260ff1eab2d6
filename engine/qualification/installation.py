"""Installation qualification: versions, weights, record store, Redis and disk are what this version asks for."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from engine.exports import seal
from engine.jobs.stream import connect_redis
from engine.operations.installation import revision, room
from engine.qualification.step import Result, Step, attempt, passed_if
from engine.records import audit
from engine.records.database import is_current, newest_revision, open_session
from engine.settings import Settings, without_password
from models.registry import Registry

PINS: Final = Path(__file__).parents[2] / "requirements.txt"
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==(\S+)$", re.MULTILINE)
_FREE_BYTES: Final = 2_000_000_000
_DATABASE_CLIENTS: Final = ("pg_dump", "pg_restore")


def examine(settings: Settings, sql_engine: Engine, pins: Path = PINS) -> list[Step]:
    """Look at everything that was installed; nothing is changed.

    Args:
        settings: of this process.
        sql_engine: the record store.
        pins: the file with the exact versions that this version was tested with.
    """
    return [
        _python(),
        _libraries(pins),
        *_models(Registry(settings.registry)),
        *_record_store(settings, sql_engine),
        *_key(settings.signing_key),
        attempt(f"Redis at {without_password(settings.redis_url)}", "answers", lambda: _ping(settings.redis_url)),
    ]


def _python() -> Step:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return passed_if(fits, "Python", "3.11 to 3.13", platform.python_version())


def _libraries(pins: Path) -> Step:
    wanted = dict(_PIN.findall(pins.read_text(encoding="utf-8"))) if pins.is_file() else {}
    wrong = [f"{name} {found}" for name, asked in wanted.items() if (found := _installed(name)) != asked]
    expected = f"the {len(wanted)} versions of requirements.txt"
    return passed_if(
        bool(wanted) and not wrong, "Libraries", expected, "; ".join(wrong) or "all of them" * bool(wanted)
    )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "is missing"


def _models(registry: Registry) -> Iterator[Step]:
    """Every file that a card vouches for has the hash on the card."""
    for name in registry.names():
        expected = f"SHA-256 {registry.card(name).weights_sha256}"
        yield attempt(f"Model {name}", expected, partial(_weights, registry, name))
    yield attempt("Reader of single chromosomes", "the weights of its card", lambda: _reader(registry))


def _weights(registry: Registry, name: str) -> str:
    registry.weights(name)
    registry.familiarity(name)
    return "the same, and so is what belongs to it"


def _reader(registry: Registry) -> str:
    card, _ = registry.reader()
    return f"SHA-256 {card.weights_sha256}"


def _record_store(settings: Settings, engine: Engine) -> Iterator[Step]:
    where = without_password(settings.database_url)
    yield attempt(f"Record store at {where}", "tables of this version", lambda: _tables(engine))
    yield attempt("Audit trail of the record store", "no entry changed, missing or inserted", lambda: _trail(engine))
    if engine.dialect.name == "postgresql":
        missing = [program for program in _DATABASE_CLIENTS if shutil.which(program) is None]
        found = f"missing: {', '.join(missing)}" if missing else "installed"
        yield passed_if(not missing, "Programs for backups", " and ".join(_DATABASE_CLIENTS), found)
        yield Step("Disk", "room on the database's own machine", "cannot be seen from here", Result.NOT_COMPARED)
    else:
        yield attempt("Disk", f"at least {_FREE_BYTES / 1e9:.0f} GB free", lambda: _free(engine, settings.database_url))


def _tables(engine: Engine) -> str:
    if not is_current(engine):
        raise ValueError(f"the revision is not {newest_revision()}")
    with open_session(engine) as session:
        return f"revision {revision(session)} in {engine.dialect.name}"


def _trail(engine: Engine) -> str:
    with open_session(engine) as session:
        broken = next(audit.broken(session), None)
        if broken is not None:
            raise ValueError(f"entry {broken.sequence}: {broken.problem}")
        newest = next(iter(audit.latest(session, 1)), None)
    return f"none of {newest.sequence:,}; the newest is {newest.hash}" if newest else "no entry yet"


def _free(engine: Engine, database_url: str) -> str:
    with open_session(engine) as session:
        free = room(session, database_url).free or 0
    if free < _FREE_BYTES:
        raise ValueError(f"only {free / 1e9:.1f} GB are free")
    return f"{free / 1e9:.0f} GB free"


def _key(file: Path) -> Iterator[Step]:
    """Put on paper by which key exports of the audit trail are signed; before the first one there is none."""
    if file.exists():
        expected = "an Ed25519 key, whose fingerprint tells others what was signed here"
        yield attempt("Key that signs the audit trail", expected, lambda: f"SHA-256 {seal.kept_in(file).fingerprint}")


def _ping(url: str) -> str:
    with connect_redis(url) as client:
        client.ping()
    return "it does"
