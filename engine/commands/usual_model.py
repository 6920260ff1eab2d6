"""The model in use, for commands that are told no other."""

from __future__ import annotations

from engine.policy import promotions
from engine.records.database import connect, open_session, upgrade
from engine.settings import Settings
from models.registry import Registry


def usual_model(settings: Settings) -> str:
    """Return the model that was promoted last, else the one of the settings.

    Raises:
        sqlalchemy.exc.OperationalError: the record store is away.
    """
    sql_engine = connect(settings.database_url)
    try:
        upgrade(sql_engine)
        with open_session(sql_engine) as session:
            return promotions.in_use(session, settings.default_model, Registry(settings.registry).names())
    finally:
        sql_engine.dispose()
