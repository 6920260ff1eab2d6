"""The job stream: what engines take their work from, urgent jobs before all others.

It has two lanes (``engine.jobs.lane``), one for each priority. An engine looks into the urgent one first, each time it
takes jobs, and goes on to the other only when nothing urgent is there. So routine work stands still for as long as
urgent work comes in faster than the engines judge it: that is what urgent means, and nothing here prevents it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from engine.jobs.lane import GROUP, JOBS, Job, Lane, StreamLostError, order, read
from engine.vocabulary import Priority

__all__ = ["GROUP", "MAX_BLOCK_MS", "DeadLetter", "Job", "JobStream", "StreamLostError", "connect_redis"]

MAX_BLOCK_MS: Final = 2000  # well below the socket's timeout: a longer block looks like a dead server
_SOCKET_SECONDS: Final = 5
_DEAD_LETTERS_KEPT: Final = 10_000  # the record store keeps every failure; here only the latest are shown


@dataclass(frozen=True)
class DeadLetter:
    """A job that was given up: which karyogram, why, after how many deliveries, and when."""

    entry_id: str
    karyogram_id: str
    reason: str
    deliveries: int
    buried_at: datetime


def connect_redis(url: str) -> redis.Redis:
    """Return a client of Redis or Valkey; nothing is sent yet.

    Args:
        url: such as ``redis://:password@host:6379/0``.

    Two short retries bridge a restarted server's dead connections; with the client's own ten, an unreachable server
    would look like a hanging program.
    """
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_SOCKET_SECONDS,
        socket_connect_timeout=_SOCKET_SECONDS,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), retries=2),
    )


class JobStream:
    """The jobs waiting for engines.

    Every method raises ``redis.exceptions.ConnectionError`` or ``TimeoutError`` when the server is away, and those
    that take or hold jobs raise ``StreamLostError`` when the group is gone.
    """

    def __init__(self, client: redis.Redis, name: str = JOBS) -> None:
        """Use the stream of this name, made when it is first needed.

        Args:
            client: from ``connect_redis``; must decode responses.
            name: key of the lane of routine jobs; the urgent ones and the dead letters lie beside it.
        """
        self._redis = client
        self._name = name
        self._dead = f"{name}:dead"
        # in the order in which engines look into them
        self._lanes = {Priority.URGENT: Lane(client, f"{name}:urgent"), Priority.ROUTINE: Lane(client, name)}

    def ensure_group(self) -> bool:
        """Make the lanes and their groups; True when one was not there: a fresh server, or one whose data are gone."""
        made = [lane.ensure_group() for lane in self._lanes.values()]
        return any(made)

    @property
    def client(self) -> redis.Redis:
        """Through which it speaks with the server, for what else lies there."""
        return self._redis

    def put(self, karyogram_ids: Sequence[str], priority: Priority = Priority.ROUTINE) -> None:
        """Add one job for each id."""
        self._lanes[priority].put(karyogram_ids)

    def take(self, consumer: str, count: int, block_ms: int = MAX_BLOCK_MS) -> list[Job]:
        """Take new jobs, waiting for the first one; urgent ones come first, and by themselves.

        A micro-batch of urgent jobs is not filled up with others: that would only make them wait.

        Args:
            consumer: name of the engine, unique over all machines.
            count: at most this many; one more where an urgent and a routine job end the waiting together.
            block_ms: how long to wait, 0..2000 ms; 0 does not wait.

        Raises:
            ValueError: ``block_ms`` is out of its range.
        """
        if not 0 <= block_ms <= MAX_BLOCK_MS:
            raise ValueError(f"block_ms must lie between 0 and {MAX_BLOCK_MS}, got {block_ms!r}")
        for lane in self._lanes.values():
            if jobs := read(self._redis, [lane.name], consumer, count):
                return jobs
        return self._wait(consumer, count, block_ms) if block_ms else []

    def take_urgent(self, consumer: str, count: int, block_ms: int = 0) -> list[Job]:
        """Take new urgent jobs alone; the arguments are those of ``take``."""
        return read(self._redis, [self._lanes[Priority.URGENT].name], consumer, count, block_ms)

    def _wait(self, consumer: str, count: int, block_ms: int) -> list[Job]:
        """Wait for a first job of either lane, and take with it what came after it in the same lane."""
        names = [lane.name for lane in self._lanes.values()]
        # one of each: with a larger count, both lanes together could give twice as many jobs as were asked for
        woken = read(self._redis, names, consumer, 1, block_ms)
        if not woken or len(woken) >= count:
            return woken
        return [*woken, *read(self._redis, [woken[0].lane], consumer, count - len(woken))]

    def reclaim(self, consumer: str, min_idle_ms: int, count: int) -> list[Job]:
        """Take over jobs of engines that are gone (see ``Lane``); routine ones only when nothing urgent waits."""
        urgent, routine = self._lanes.values()
        if jobs := urgent.reclaim(consumer, min_idle_ms, count):
            return jobs
        return [] if urgent.lag() else routine.reclaim(consumer, min_idle_ms, count)

    def has_abandoned(self, min_idle_ms: int) -> bool:
        """Tell whether ``reclaim`` would find anything."""
        return any(lane.has_abandoned(min_idle_ms) for lane in self._lanes.values())

    def again(self, consumer: str, job: Job) -> Job | None:
        """Deliver an engine's own job to it once more; None when it is no longer pending."""
        return self._lane_of(job).again(consumer, job)

    def refresh(self, consumer: str, jobs: Sequence[Job]) -> None:
        """Show that these jobs are being worked on, so that nobody takes them over; no delivery is counted."""
        for lane in self._lanes.values():
            lane.refresh(consumer, [job for job in jobs if job.lane == lane.name])

    def done(self, jobs: Sequence[Job]) -> None:
        """Acknowledge and delete finished jobs, both or neither."""
        for lane in self._lanes.values():
            lane.done([job for job in jobs if job.lane == lane.name])

    def is_urgent(self, jobs: Sequence[Job]) -> bool:
        """Tell whether one of these jobs is urgent."""
        return any(job.lane == self._lanes[Priority.URGENT].name for job in jobs)

    def _lane_of(self, job: Job) -> Lane:
        return next(lane for lane in self._lanes.values() if lane.name == job.lane)

    def bury(self, job: Job, reason: str) -> None:
        """Give a job up: move it to the dead letters, with its reason."""
        letter = {"karyogram": job.karyogram_id, "reason": reason, "deliveries": job.deliveries}
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(self._dead, cast(Any, letter), maxlen=_DEAD_LETTERS_KEPT)
            pipe.xack(job.lane, GROUP, job.entry_id)
            pipe.xdel(job.lane, job.entry_id)
            pipe.execute()

    def dead_letters(self) -> list[DeadLetter]:
        """Return the jobs given up, latest first."""
        entries = cast("list[tuple[str, dict[str, str]]]", self._redis.xrevrange(self._dead))
        return [_dead_letter(entry_id, fields) for entry_id, fields in entries]

    def revive(self, karyogram_id: str, priority: Priority = Priority.ROUTINE) -> int:
        """Put a karyogram back on the stream and remove its dead letters; returns how many there were."""
        letters = [letter.entry_id for letter in self.dead_letters() if letter.karyogram_id == karyogram_id]
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(self._lanes[priority].name, {"karyogram": karyogram_id})
            if letters:
                pipe.xdel(self._dead, *letters)
            pipe.execute()
        return len(letters)

    def backlog(self) -> int:
        """Return how many jobs are not done: those nobody took yet and those in the hands of engines."""
        return sum(lane.backlog() for lane in self._lanes.values())

    def lag(self, priority: Priority | None = None) -> int:
        """Return how many jobs no engine has taken yet: all, or those of one priority."""
        lanes = self._lanes.values() if priority is None else [self._lanes[priority]]
        return sum(lane.lag() for lane in lanes)

    def holders(self) -> dict[str, int]:
        """Return which engines hold jobs, and how many; empty while there is no group."""
        held: Counter[str] = Counter()
        for lane in self._lanes.values():
            held.update(lane.holders())
        return dict(held)

    def recount(self) -> set[str]:
        """Return the karyograms an engine has or will get; see ``Lane.recount`` for what it deletes."""
        return set().union(*(lane.recount() for lane in self._lanes.values()))

    def may_sweep(self, consumer: str, seconds: int) -> bool:
        """Tell one of all engines that it is its turn to sweep; the next turn comes after so many seconds."""
        key = f"{self._name}:sweeper"
        # a turn that lasts longer than any is left from before the server's clock was set back
        stale = self._redis.pttl(key) > seconds * 1000
        return bool(self._redis.set(key, consumer, nx=not stale, ex=seconds))

    def leave(self, consumer: str) -> None:
        """Forget an engine that stops; one that still holds jobs stays, so that others can take them over."""
        for lane in self._lanes.values():
            lane.leave(consumer)


def _dead_letter(entry_id: str, fields: dict[str, str]) -> DeadLetter:
    buried_at = datetime.fromtimestamp(order(entry_id)[0] / 1000, UTC)
    return DeadLetter(entry_id, fields["karyogram"], fields["reason"], int(fields["deliveries"]), buried_at)
