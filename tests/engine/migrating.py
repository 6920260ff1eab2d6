"""Help for tests of the migrations: a database at any revision."""

from __future__ import annotations

from collections.abc import Callable

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from tests.servers import REPOSITORY


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "engine" / "migrations"))
    return config


def revisions() -> list[str]:
    """All revisions there are, the first one first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def migrate(engine: Engine, way: Callable[[Config, str], None], revision: str) -> None:
    """Take the database to a revision, upwards or downwards."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        way(config, revision)
        connection.commit()
