"""Heartbeats against a real Valkey."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import redis

from engine.jobs.heartbeat import EngineState, Heartbeat, alive, beat, retire

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
FULL = Heartbeat(
    engine="host-2",
    host="host",
    pid=2,
    started_at=START,
    state=EngineState.WORKING,
    device="NVIDIA H200",
    precision="bfloat16",
    models=("vgg16", "inception"),
    pictures_per_second=123.5,
    last_batch=32,
    last_batch_at=START,
    judged_total=351,
)
FRESH = Heartbeat(engine="host-1", host="host", pid=1, started_at=START)


def test_nobody_lives_in_an_empty_server(redis_client: redis.Redis) -> None:
    assert alive(redis_client) == []


def test_what_an_engine_says_comes_back(redis_client: redis.Redis) -> None:
    beat(redis_client, FULL)
    beat(redis_client, FRESH)
    assert alive(redis_client) == [FRESH, FULL]


def test_silence_is_death(redis_client: redis.Redis) -> None:
    beat(redis_client, FRESH, expiry_seconds=1)
    assert alive(redis_client) == [FRESH]
    time.sleep(1.2)
    assert alive(redis_client) == []


def test_a_beat_from_before_the_clock_was_set_back_is_no_life(redis_client: redis.Redis) -> None:
    """A key that lives for a day is what such a beat leaves behind."""
    beat(redis_client, FRESH, expiry_seconds=86_400)
    beat(redis_client, FULL)
    assert alive(redis_client) == [FULL]
    beat(redis_client, FRESH)
    assert alive(redis_client) == [FRESH, FULL]


def test_an_engine_that_retires_is_gone_at_once(redis_client: redis.Redis) -> None:
    beat(redis_client, FULL)
    beat(redis_client, FRESH)
    retire(redis_client, "host-2")
    retire(redis_client, "nobody")
    assert alive(redis_client) == [FRESH]


def test_engines_of_a_newer_version_are_understood(redis_client: redis.Redis) -> None:
    beat(redis_client, FRESH)
    text = redis_client.get("karyotriage:engine:host-1")
    assert isinstance(text, str)
    redis_client.set(
        "karyotriage:engine:host-1", json.dumps(json.loads(text) | {"temperature": 50, "state": "dreaming"})
    )
    assert alive(redis_client) == [replace(FRESH, state=EngineState.WORKING)]
