"""Heartbeats: each engine says every few seconds that it lives, where and how fast; silence makes the key expire."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

import redis

BEAT_SECONDS: Final = 5
EXPIRY_SECONDS: Final = 20  # several beats: a busy machine may miss one or two
_PREFIX: Final = "karyotriage:engine:"


class EngineState(StrEnum):
    """What an engine is doing."""

    WARMING_UP = "warming_up"
    READY = "ready"
    WORKING = "working"


@dataclass(frozen=True)
class Heartbeat:
    """What one engine says of itself.

    ``device`` and ``precision`` are those of the model loaded last, empty before the first; ``models`` are loaded.
    ``pictures_per_second`` and ``last_batch`` (how many karyograms) describe the last micro-batch, from taking it to
    its commit; None before the first. ``judged_total`` counts since the start.
    """

    engine: str
    host: str
    pid: int
    started_at: datetime
    state: EngineState = EngineState.WARMING_UP
    device: str = ""
    precision: str = ""
    models: tuple[str, ...] = ()
    pictures_per_second: float | None = None
    last_batch: int | None = None
    last_batch_at: datetime | None = None
    judged_total: int = 0


def beat(client: redis.Redis, heartbeat: Heartbeat, expiry_seconds: int = EXPIRY_SECONDS) -> None:
    """Say that an engine lives; without another beat it counts as gone after ``expiry_seconds``."""
    text = json.dumps(asdict(heartbeat), default=datetime.isoformat)
    client.set(_PREFIX + heartbeat.engine, text, ex=expiry_seconds)


def retire(client: redis.Redis, engine: str) -> None:
    """Say that an engine has stopped, so that nobody waits for its heartbeat to expire."""
    client.delete(_PREFIX + engine)


def alive(client: redis.Redis) -> list[Heartbeat]:
    """Return the engines that live, sorted by name."""
    keys = sorted(cast("list[str]", list(client.scan_iter(match=f"{_PREFIX}*", count=1000))))
    with client.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.get(key)
            pipe.ttl(key)
        replies = iter(pipe.execute())
    # a longer life than any beat gives is left from before the server's clock was set back
    return [_read(text) for text, ttl in zip(replies, replies, strict=True) if text and ttl <= EXPIRY_SECONDS]


def _read(text: str) -> Heartbeat:
    """Read a heartbeat of whatever version: unknown fields are passed over, an unknown state counts as working."""
    known = {field.name for field in fields(Heartbeat)}
    values: dict[str, Any] = {name: value for name, value in json.loads(text).items() if name in known}
    for name in ("started_at", "last_batch_at"):
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    states = {state.value for state in EngineState}
    values["state"] = EngineState(values["state"]) if values["state"] in states else EngineState.WORKING
    values["models"] = tuple(values["models"])
    return Heartbeat(**values)
