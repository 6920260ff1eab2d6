"""The job stream: a Redis stream with one consumer group, shared by every engine on every machine.

A job is only the id of a karyogram. The stream wakes engines up; the record store is the truth. So an entry may be
delivered twice (a lost reply makes the client send it again), and losing all entries is repaired by the sweep.
Only commands common to Redis 6.2, 7, 8 and Valkey are used, and the stream is never trimmed: trimming deletes work
that nobody has done yet. Finished entries are deleted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ResponseError
from redis.retry import Retry

GROUP: Final = "engines"
MAX_BLOCK_MS: Final = 2000  # well below the socket's timeout: a longer block looks like a dead server
_SOCKET_SECONDS: Final = 5
_PAGE: Final = 1000
_LOST: Final = "the job stream has lost its consumer group"
# how XREADGROUP and its kin, XGROUP, and XINFO say it
_NO_GROUP: Final = ("NOGROUP", "requires the key to exist", "no such key")
_DEAD_LETTERS_KEPT: Final = 10_000  # the record store keeps every failure; here only the latest are shown


@dataclass(frozen=True)
class Job:
    """One entry of the stream in the hands of an engine; ``deliveries`` counts this delivery too."""

    entry_id: str
    karyogram_id: str
    deliveries: int


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


class StreamLostError(LookupError):
    """The stream's group is gone: somebody wiped the server's data. ``JobStream.ensure_group`` makes it anew."""


@contextmanager
def _group_needed() -> Iterator[None]:
    """Turn Redis' answers that there is no such group, or not even a stream, into one error of its own."""
    try:
        yield
    except ResponseError as error:
        if any(answer in str(error) for answer in _NO_GROUP):
            raise StreamLostError(_LOST) from error
        raise


class JobStream:
    """The jobs waiting for engines.

    Every method raises ``redis.exceptions.ConnectionError`` or ``TimeoutError`` when the server is away, and those
    that take or hold jobs raise ``StreamLostError`` when the group is gone.
    """

    def __init__(self, client: redis.Redis, name: str = "karyotriage:jobs") -> None:
        """Use the stream of this name, made when it is first needed.

        Args:
            client: from ``connect_redis``; must decode responses.
            name: key of the stream; the dead letters lie beside it.
        """
        self._redis = client
        self._name = name
        self._dead = f"{name}:dead"

    def ensure_group(self) -> bool:
        """Make the stream and its group; True when they were not there: a fresh server, or one whose data are gone."""
        try:
            self._redis.xgroup_create(self._name, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" in str(error):
                return False
            raise
        return True

    def put(self, karyogram_ids: Sequence[str]) -> None:
        """Add one job for each id."""
        for start in range(0, len(karyogram_ids), _PAGE):
            with self._redis.pipeline(transaction=True) as pipe:
                for karyogram_id in karyogram_ids[start : start + _PAGE]:
                    pipe.xadd(self._name, {"karyogram": karyogram_id})
                pipe.execute()

    def take(self, consumer: str, count: int, block_ms: int = MAX_BLOCK_MS) -> list[Job]:
        """Take new jobs, waiting for the first one.

        Args:
            consumer: name of the engine, unique over all machines.
            count: at most this many.
            block_ms: how long to wait, 0..2000 ms; 0 does not wait.

        Raises:
            ValueError: ``block_ms`` is out of its range.
        """
        if not 0 <= block_ms <= MAX_BLOCK_MS:
            raise ValueError(f"block_ms must lie between 0 and {MAX_BLOCK_MS}, got {block_ms!r}")
        # block=None: for Redis a block of 0 is for ever
        with _group_needed():
            reply = self._redis.xreadgroup(GROUP, consumer, {self._name: ">"}, count=count, block=block_ms or None)
        return [
            Job(entry_id, fields["karyogram"], 1) for _, entries in cast(Any, reply) for entry_id, fields in entries
        ]

    def reclaim(self, consumer: str, min_idle_ms: int, count: int) -> list[Job]:
        """Take over jobs of engines that are gone.

        A job that was taken over before and still is not done may be what kills engines. Such a suspect comes alone,
        so that in the end it is buried without the innocent ones that happened to be in its micro-batch. XAUTOCLAIM
        cannot tell the two apart, so this is its equivalent: XPENDING with IDLE, then XCLAIM.

        Args:
            consumer: the engine that takes over.
            min_idle_ms: how long nobody must have touched the entry.
            count: at most this many.
        """
        idle = list(self._pending(min_idle_ms))
        fresh = [row for row in idle if row["times_delivered"] == 1]
        suspects = [row for row in idle if row["times_delivered"] > 1]
        chosen = fresh[:count] or suspects[:1]
        return self._claim(consumer, {row["message_id"]: row["times_delivered"] for row in chosen}, min_idle_ms)

    def again(self, consumer: str, job: Job) -> Job | None:
        """Deliver an engine's own job to it once more; None when it is no longer pending."""
        return next(iter(self._claim(consumer, {job.entry_id: job.deliveries}, 0)), None)

    def _claim(self, consumer: str, deliveries: dict[str, int], min_idle_ms: int) -> list[Job]:
        """Claim entries, given with how often each was delivered so far; the server counts one more."""
        if not deliveries:
            return []
        with _group_needed():
            entries = self._redis.xclaim(self._name, GROUP, consumer, min_idle_ms, list(deliveries))
        return [
            Job(entry_id, fields["karyogram"], deliveries[entry_id] + 1)
            for entry_id, fields in cast("list[tuple[str, dict[str, str]]]", entries)
            if fields  # Redis 6.2 names deleted entries without content
        ]

    def refresh(self, consumer: str, jobs: Sequence[Job]) -> None:
        """Show that these jobs are being worked on, so that nobody takes them over; no delivery is counted."""
        if jobs:
            entry_ids: Any = [job.entry_id for job in jobs]
            with _group_needed():
                self._redis.xclaim(self._name, GROUP, consumer, 0, entry_ids, justid=True)

    def done(self, jobs: Sequence[Job]) -> None:
        """Acknowledge and delete finished jobs, both or neither."""
        if not jobs:
            return
        entry_ids = [job.entry_id for job in jobs]
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self._name, GROUP, *entry_ids)
            pipe.xdel(self._name, *entry_ids)
            pipe.execute()

    def bury(self, job: Job, reason: str) -> None:
        """Give a job up: move it to the dead letters, with its reason."""
        letter = {"karyogram": job.karyogram_id, "reason": reason, "deliveries": job.deliveries}
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(self._dead, cast(Any, letter), maxlen=_DEAD_LETTERS_KEPT)
            pipe.xack(self._name, GROUP, job.entry_id)
            pipe.xdel(self._name, job.entry_id)
            pipe.execute()

    def dead_letters(self) -> list[DeadLetter]:
        """Return the jobs given up, latest first."""
        entries = cast("list[tuple[str, dict[str, str]]]", self._redis.xrevrange(self._dead))
        return [_dead_letter(entry_id, fields) for entry_id, fields in entries]

    def revive(self, karyogram_id: str) -> int:
        """Put a karyogram back on the stream and remove its dead letters; returns how many there were."""
        letters = [letter.entry_id for letter in self.dead_letters() if letter.karyogram_id == karyogram_id]
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(self._name, {"karyogram": karyogram_id})
            if letters:
                pipe.xdel(self._dead, *letters)
            pipe.execute()
        return len(letters)

    def backlog(self) -> int:
        """Return how many jobs are not done: those nobody took yet and those in the hands of engines."""
        return self._redis.xlen(self._name)

    def lag(self) -> int:
        """Return how many jobs no engine has taken yet."""
        return max(0, self.backlog() - sum(self.holders().values()))

    def holders(self) -> dict[str, int]:
        """Return which engines hold jobs, and how many; empty while there is no group."""
        with suppress(StreamLostError), _group_needed():
            summary: Any = self._redis.xpending(self._name, GROUP)
            return {row["name"]: row["pending"] for row in summary["consumers"]}
        return {}

    def recount(self) -> set[str]:
        """Return the karyograms an engine has or will get, and delete entries that would never be delivered.

        Such an entry is no longer waiting and in nobody's hands: its consumer was removed, or a server came back from
        an older copy of its data. What is done in between cannot be taken for one, because the three questions are
        asked in this order: last delivered, pending, present.
        """
        last = self._last_delivered()
        pending = {row["message_id"] for row in self._pending(0)}
        present = dict(self._entries())
        orphans = [entry for entry in present if entry not in pending and _order(entry) <= last]
        for start in range(0, len(orphans), _PAGE):
            self._redis.xdel(self._name, *orphans[start : start + _PAGE])
        lost = set(orphans)
        return {karyogram_id for entry, karyogram_id in present.items() if entry not in lost}

    def _last_delivered(self) -> tuple[int, int]:
        with _group_needed():
            groups: Any = self._redis.xinfo_groups(self._name)
        for group in groups:
            if group["name"] == GROUP:
                return _order(group["last-delivered-id"])
        raise StreamLostError(_LOST)  # wiped, and then somebody put a job on it

    def _pending(self, min_idle_ms: int) -> Iterator[dict[str, Any]]:
        """Yield the pending entries of all engines that nobody touched for so long."""

        def read(start: str) -> Any:
            with _group_needed():
                return self._redis.xpending_range(self._name, GROUP, start, "+", _PAGE, idle=min_idle_ms or None)

        return _paged(read, lambda row: str(row["message_id"]))

    def _entries(self) -> Iterator[tuple[str, str]]:
        """Yield every entry of the stream with its karyogram."""
        rows = _paged(lambda start: self._redis.xrange(self._name, min=start, count=_PAGE), lambda row: str(row[0]))
        return ((entry_id, fields["karyogram"]) for entry_id, fields in rows)

    def may_sweep(self, consumer: str, seconds: int) -> bool:
        """Tell one of all engines that it is its turn to sweep; the next turn comes after so many seconds."""
        return bool(self._redis.set(f"{self._name}:sweeper", consumer, nx=True, ex=seconds))

    def leave(self, consumer: str) -> None:
        """Forget an engine that stops; one that still holds jobs stays, so that others can take them over."""
        if consumer not in self.holders():
            with _group_needed():
                self._redis.xgroup_delconsumer(self._name, GROUP, consumer)


def _paged(read: Callable[[str], Any], entry_id: Callable[[Any], str]) -> Iterator[Any]:
    """Yield all rows, page by page, so that Redis is never blocked for long."""
    start = "-"
    while page := read(start):
        yield from page
        start = f"({entry_id(page[-1])}"


def _order(entry_id: str) -> tuple[int, int]:
    """Return an entry's place in time: entry ids are two numbers, and as text 10 would stand before 9."""
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence)


def _dead_letter(entry_id: str, fields: dict[str, str]) -> DeadLetter:
    buried_at = datetime.fromtimestamp(_order(entry_id)[0] / 1000, UTC)
    return DeadLetter(entry_id, fields["karyogram"], fields["reason"], int(fields["deliveries"]), buried_at)
