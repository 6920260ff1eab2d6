"""What we rely on in Redis streams and redis-py, tried on the real embedded Valkey."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

STREAM, GROUP = "jobs", "engines"


@pytest.fixture
def group(redis_client: redis.Redis) -> redis.Redis:
    """A client of a stream with its group and three entries."""
    redis_client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    for name in ("a", "b", "c"):
        redis_client.xadd(STREAM, {"karyogram": name})
    return redis_client


def take(client: redis.Redis, consumer: str, count: int = 10, block: int | None = None) -> list[str]:
    reply = cast("Any", client.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=count, block=block))
    streams = reply.values() if isinstance(reply, dict) else [entries for _, entries in reply]
    return [entry_id for entries in streams for entry_id, _ in entries]


def pending(client: redis.Redis) -> dict[str, tuple[str, int]]:
    """Consumer and number of deliveries of every entry that is in somebody's hands."""
    rows = cast("list[dict[str, Any]]", client.xpending_range(STREAM, GROUP, "-", "+", 100))
    return {row["message_id"]: (row["consumer"], row["times_delivered"]) for row in rows}


def test_the_client_waits_five_seconds_and_tries_ten_times_again() -> None:
    """So a longer BLOCK than the socket's timeout looks like a dead server, and hangs for a minute."""
    with redis.Redis() as client:
        assert client.get_connection_kwargs()["socket_timeout"] == 5
        assert client.get_retry()._retries == 10


def test_a_block_within_the_sockets_timeout_comes_back_empty(group: redis.Redis) -> None:
    take(group, "one")
    start = time.monotonic()
    assert take(group, "one", block=300) == []
    assert 0.25 < time.monotonic() - start < 2


def test_a_block_beyond_the_sockets_timeout_is_an_error(redis_url: str, group: redis.Redis) -> None:
    take(group, "one")
    impatient = redis.Redis.from_url(redis_url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0))
    with impatient, pytest.raises(redis.TimeoutError):
        impatient.xreadgroup(GROUP, "two", {STREAM: ">"}, block=2000)


def test_a_group_made_at_zero_sees_what_came_before_it(redis_client: redis.Redis) -> None:
    redis_client.xadd(STREAM, {"karyogram": "early"})
    redis_client.xgroup_create(STREAM, GROUP, id="0")
    assert len(take(redis_client, "one")) == 1


def test_a_group_is_made_once_and_gone_after_a_wipe(group: redis.Redis) -> None:
    with pytest.raises(redis.ResponseError, match="BUSYGROUP"):
        group.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    group.flushall()
    with pytest.raises(redis.ResponseError, match="NOGROUP"):
        take(group, "one")


def test_each_entry_goes_to_one_consumer_only(group: redis.Redis) -> None:
    first, second = take(group, "one", count=2), take(group, "two")
    assert (len(first), len(second)) == (2, 1)
    assert not set(first) & set(second)


def test_autoclaim_takes_over_what_lies_still_and_counts_the_delivery(group: redis.Redis) -> None:
    ids = take(group, "crashed")
    assert pending(group) == dict.fromkeys(ids, ("crashed", 1))

    reply = cast("Any", group.xautoclaim(STREAM, GROUP, "rescuer", min_idle_time=60_000))
    assert reply[1] == []

    time.sleep(0.02)
    reply = cast("Any", group.xautoclaim(STREAM, GROUP, "rescuer", min_idle_time=10))
    assert [entry_id for entry_id, _ in reply[1]] == ids
    assert pending(group) == dict.fromkeys(ids, ("rescuer", 2))


def test_autoclaim_goes_on_from_its_cursor(group: redis.Redis) -> None:
    ids = take(group, "crashed")
    cursor, claimed, *_ = cast("Any", group.xautoclaim(STREAM, GROUP, "rescuer", min_idle_time=0, count=2))
    assert [entry_id for entry_id, _ in claimed] == ids[:2]
    cursor, claimed, *_ = cast("Any", group.xautoclaim(STREAM, GROUP, "rescuer", min_idle_time=0, start_id=cursor))
    assert [entry_id for entry_id, _ in claimed] == ids[2:]
    assert cursor == "0-0"


def test_a_claim_with_justid_refreshes_without_counting_a_delivery(group: redis.Redis) -> None:
    ids = take(group, "one")
    time.sleep(0.05)
    group.xclaim(STREAM, GROUP, "one", min_idle_time=0, message_ids=[*ids], justid=True)
    rows = cast("list[dict[str, Any]]", group.xpending_range(STREAM, GROUP, "-", "+", 10))
    assert all(row["times_delivered"] == 1 and row["time_since_delivered"] < 50 for row in rows)


def test_acknowledge_and_delete_in_one_transaction_leave_nothing(group: redis.Redis) -> None:
    ids = take(group, "one")
    with group.pipeline(transaction=True) as pipe:
        pipe.xack(STREAM, GROUP, *ids)
        pipe.xdel(STREAM, *ids)
        assert pipe.execute() == [3, 3]
    assert group.xlen(STREAM) == 0
    assert pending(group) == {}


def test_trimming_deletes_work_that_nobody_has_done(group: redis.Redis) -> None:
    """Why the job stream never has a MAXLEN: the entry stays pending, but what it said is gone."""
    ids = take(group, "one")
    group.xtrim(STREAM, maxlen=0, approximate=False)
    assert set(pending(group)) == set(ids)
    assert group.xlen(STREAM) == 0


def test_a_server_that_still_reads_its_file_counts_as_not_reachable() -> None:
    assert issubclass(redis.exceptions.BusyLoadingError, redis.ConnectionError)
