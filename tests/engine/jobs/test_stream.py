"""The job stream against a real Valkey."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from engine.jobs.stream import Job, JobStream, StreamLostError, connect_redis
from tests import servers

NAME = "karyotriage:jobs"
ENOUGH_MS = 300  # how long an entry must lie still in these tests; a busy machine is slow


def take(stream: JobStream, consumer: str = "a", count: int = 10) -> list[Job]:
    return stream.take(consumer, count, block_ms=0)


def lie_still() -> None:
    time.sleep(ENOUGH_MS / 1000 + 0.02)


def test_jobs_come_in_order_and_once(stream: JobStream) -> None:
    stream.put(["one", "two", "three"])
    first, second = take(stream, "a", 2)
    assert (first.karyogram_id, second.karyogram_id) == ("one", "two")
    assert (first.deliveries, second.deliveries) == (1, 1)
    assert [job.karyogram_id for job in take(stream, "b")] == ["three"]
    assert take(stream, "b") == []


def test_jobs_put_before_the_group_was_made_are_delivered(redis_client: redis.Redis) -> None:
    stream = JobStream(redis_client)
    stream.put(["early"])
    assert stream.ensure_group()
    assert not stream.ensure_group()
    assert [job.karyogram_id for job in take(stream)] == ["early"]


def test_taking_waits_no_longer_than_it_is_told(stream: JobStream) -> None:
    start = time.monotonic()
    assert stream.take("a", 1, block_ms=200) == []
    assert 0.15 < time.monotonic() - start < 20  # a busy machine is slow


@pytest.mark.parametrize("block_ms", [-1, 2001])
def test_a_wait_out_of_range_is_refused(stream: JobStream, block_ms: int) -> None:
    with pytest.raises(ValueError, match=f"between 0 and 2000, got {block_ms}"):
        stream.take("a", 1, block_ms)


def test_more_jobs_than_go_into_one_message(stream: JobStream) -> None:
    ids = [str(number) for number in range(2500)]
    stream.put(ids)
    assert stream.lag() == stream.backlog() == 2500
    assert stream.recount() == set(ids)
    assert len(take(stream, count=3000)) == 2500
    assert stream.lag() == 0
    assert stream.recount() == set(ids)
    assert stream.holders() == {"a": 2500}


def test_done_leaves_nothing(stream: JobStream, redis_client: redis.Redis) -> None:
    stream.put(["one", "two"])
    jobs = take(stream)
    stream.done(jobs)
    stream.done(jobs)  # a lost reply makes the client send it again
    stream.done([])
    assert stream.backlog() == 0
    assert stream.holders() == {}
    assert redis_client.xlen(NAME) == 0


def test_done_works_for_jobs_that_were_taken_over(stream: JobStream) -> None:
    stream.put(["one"])
    jobs = take(stream, "a")
    lie_still()
    assert stream.reclaim("b", ENOUGH_MS, 10)
    stream.done(jobs)
    assert stream.backlog() == 0
    assert stream.holders() == {}


def test_jobs_of_a_dead_engine_are_taken_over_and_counted(stream: JobStream) -> None:
    stream.put(["one", "two", "three"])
    taken = take(stream, "dead")
    assert stream.reclaim("b", 60_000, 10) == []
    lie_still()
    jobs = stream.reclaim("b", ENOUGH_MS, 2)
    assert [(job.entry_id, job.karyogram_id, job.deliveries) for job in jobs] == [
        (taken[0].entry_id, "one", 2),
        (taken[1].entry_id, "two", 2),
    ]
    assert stream.holders() == {"b": 2, "dead": 1}


def test_a_job_that_was_taken_over_before_comes_alone(stream: JobStream) -> None:
    stream.put(["one", "two", "three"])
    take(stream, "dead", 2)
    lie_still()
    assert len(stream.reclaim("dead too", ENOUGH_MS, 10)) == 2
    assert len(take(stream, "dead", 1)) == 1
    lie_still()
    # the one taken once comes first, with all of its kind; then the suspects, each alone
    assert [(job.karyogram_id, job.deliveries) for job in stream.reclaim("c", ENOUGH_MS, 10)] == [("three", 2)]
    assert [(job.karyogram_id, job.deliveries) for job in stream.reclaim("c", ENOUGH_MS, 10)] == [("one", 3)]
    assert [(job.karyogram_id, job.deliveries) for job in stream.reclaim("c", ENOUGH_MS, 10)] == [("two", 3)]
    assert stream.reclaim("c", ENOUGH_MS, 10) == []


def test_refreshed_jobs_are_not_taken_over_nor_counted(stream: JobStream) -> None:
    stream.put(["one"])
    jobs = take(stream, "a")
    lie_still()
    stream.refresh("a", jobs)
    stream.refresh("a", [])
    assert stream.reclaim("b", ENOUGH_MS, 10) == []
    lie_still()
    assert [job.deliveries for job in stream.reclaim("b", ENOUGH_MS, 10)] == [2]


def test_refreshing_finished_jobs_does_not_bring_them_back(stream: JobStream) -> None:
    stream.put(["one"])
    jobs = take(stream)
    stream.done(jobs)
    stream.refresh("a", jobs)
    assert stream.holders() == {}


def test_delivering_once_more_to_oneself_is_counted(stream: JobStream) -> None:
    stream.put(["one"])
    (job,) = take(stream)
    second = stream.again("a", job)
    assert second == Job(job.entry_id, "one", 2)
    third = stream.again("a", second)
    assert third == Job(job.entry_id, "one", 3)
    stream.done([third])
    assert stream.again("a", third) is None


def test_a_buried_job_is_a_dead_letter(stream: JobStream) -> None:
    stream.put(["one", "two"])
    first, second = take(stream)
    before = datetime.now(UTC) - timedelta(seconds=1)
    stream.bury(first, "ValueError: ü")
    stream.bury(second, "killed")
    late, early = stream.dead_letters()
    assert (late.karyogram_id, early.karyogram_id) == ("two", "one")
    assert (early.reason, early.deliveries) == ("ValueError: ü", 1)
    assert before < early.buried_at <= datetime.now(UTC)
    assert stream.backlog() == 0


def test_reviving_removes_every_dead_letter_of_a_karyogram(stream: JobStream) -> None:
    stream.put(["one", "one", "two"])
    for job in take(stream):
        stream.bury(job, "x")
    assert stream.revive("one") == 2
    assert [letter.karyogram_id for letter in stream.dead_letters()] == ["two"]
    assert [(job.karyogram_id, job.deliveries) for job in take(stream)] == [("one", 1)]
    assert stream.revive("three") == 0
    assert [job.karyogram_id for job in take(stream)] == ["three"]


def test_recount_of_many_lost_entries(stream: JobStream, redis_client: redis.Redis) -> None:
    count = 2_000
    stream.put([str(number) for number in range(2 * count)])
    take(stream, "a", count)
    redis_client.xgroup_delconsumer(NAME, "engines", "a")
    assert stream.recount() == {str(number) for number in range(count, 2 * count)}


def test_recount_deletes_what_would_never_be_delivered(stream: JobStream, redis_client: redis.Redis) -> None:
    stream.put(["held", "lost", "waiting"])
    take(stream, "a", 1)
    take(stream, "b", 1)
    redis_client.xgroup_delconsumer(NAME, "engines", "b")
    assert stream.recount() == {"held", "waiting"}
    assert stream.backlog() == 2
    assert stream.lag() == 1


@pytest.mark.parametrize(
    "use",
    [
        lambda stream: stream.take("a", 1, 0),
        lambda stream: stream.reclaim("a", 1, 1),
        lambda stream: stream.refresh("a", [Job("1-1", "one", 1)]),
        lambda stream: stream.again("a", Job("1-1", "one", 1)),
        lambda stream: stream.recount(),
        lambda stream: stream.leave("a"),
    ],
)
def test_a_wiped_server_is_noticed(stream: JobStream, redis_client: redis.Redis, use: object) -> None:
    stream.put(["one"])
    redis_client.flushall()
    with pytest.raises(StreamLostError):
        use(stream)  # type: ignore[operator]
    assert (stream.backlog(), stream.lag(), stream.holders(), stream.dead_letters()) == (0, 0, {}, [])
    stream.done([Job("1-1", "one", 1)])
    assert stream.ensure_group()
    use(stream)  # type: ignore[operator]


def test_a_wiped_server_is_noticed_even_when_jobs_were_put_since(stream: JobStream, redis_client: redis.Redis) -> None:
    redis_client.flushall()
    stream.put(["one"])
    for use in (stream.recount, lambda: take(stream)):
        with pytest.raises(StreamLostError):
            use()
    assert (stream.backlog(), stream.lag(), stream.holders()) == (1, 1, {})
    stream.ensure_group()
    assert stream.recount() == {"one"}


def test_only_one_engine_sweeps_at_a_time(stream: JobStream) -> None:
    assert stream.may_sweep("a", 1)
    assert not stream.may_sweep("b", 1)
    assert not stream.may_sweep("a", 1)
    time.sleep(1.1)
    assert stream.may_sweep("b", 1)


def test_a_turn_from_before_the_clock_was_set_back_is_over(stream: JobStream, redis_client: redis.Redis) -> None:
    """A day of waiting is what a turn looks like that was taken before."""
    assert stream.may_sweep("a", 30)
    redis_client.expire(f"{NAME}:sweeper", 86_400)
    assert stream.may_sweep("b", 30)
    assert not stream.may_sweep("a", 30)


def test_recounting_keeps_nobody_from_taking_over(stream: JobStream) -> None:
    stream.put(["k1"])
    take(stream, "dead")
    stream.recount()  # what was touched just now lies still from here on
    lie_still()
    stream.recount()
    assert [job.karyogram_id for job in stream.reclaim("b", ENOUGH_MS, 10)] == ["k1"]


def test_an_engine_that_leaves_takes_no_jobs_with_it(stream: JobStream, redis_client: redis.Redis) -> None:
    stream.put(["one"])
    take(stream, "holding")
    take(stream, "idle")
    stream.leave("idle")
    stream.leave("holding")
    assert [consumer["name"] for consumer in redis_client.xinfo_consumers(NAME, "engines")] == ["holding"]


def test_an_unreachable_server_fails_at_once() -> None:
    start = time.monotonic()
    with connect_redis(f"redis://127.0.0.1:{servers.free_port()}/0") as client, pytest.raises(RedisConnectionError):
        JobStream(client).put(["one"])
    assert time.monotonic() - start < 20  # and is not tried again and again


def test_a_client_survives_a_restart_of_the_server(tmp_path: Path) -> None:
    port = servers.free_port()
    with connect_redis(f"redis://127.0.0.1:{port}/0") as client:
        stream = JobStream(client)
        with servers.valkey(port, tmp_path):
            stream.ensure_group()
            stream.put(["one", "two"])
            take(stream, "a", 1)
        with pytest.raises(RedisConnectionError):
            stream.backlog()
        with servers.valkey(port, tmp_path):  # the append-only file brings everything back
            assert stream.holders() == {"a": 1}
            assert [job.karyogram_id for job in take(stream)] == ["two"]
