"""A lane of the queue: one Redis stream with one consumer group, shared by every engine on every machine.

A job is only the id of a karyogram. The lane wakes engines up; the record store is the truth. So an entry may be
delivered twice (a lost reply makes the client send it again), and losing all entries is repaired by the sweep.
Only commands common to Redis 6.2, 7, 8 and Valkey are used, and a lane is never trimmed: trimming deletes work that
nobody has done yet. Finished entries are deleted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, cast

import redis
from redis.exceptions import ResponseError

GROUP: Final = "engines"
JOBS: Final = "karyotriage:jobs"  # the lane of what is not urgent
_PAGE: Final = 1000
_LOST: Final = "the job stream has lost its consumer group"
# how XREADGROUP and its kin, XGROUP, and XINFO say it
_NO_GROUP: Final = ("NOGROUP", "requires the key to exist", "no such key")


@dataclass(frozen=True)
class Job:
    """One entry in the hands of an engine; ``deliveries`` counts this delivery too, ``lane`` is its Redis stream."""

    entry_id: str
    karyogram_id: str
    deliveries: int
    lane: str = JOBS


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


def read(client: redis.Redis, names: Sequence[str], consumer: str, count: int, block_ms: int = 0) -> list[Job]:
    """Take new jobs from one or several lanes.

    Args:
        client: must decode responses.
        names: the Redis streams.
        consumer: who takes them.
        count: at most so many of each lane.
        block_ms: how long to wait for a first one; 0 does not wait.

    Raises:
        StreamLostError: one of the lanes has no group.
    """
    with _group_needed():
        # block=None: for Redis a block of 0 is for ever
        reply = client.xreadgroup(GROUP, consumer, dict.fromkeys(names, ">"), count=count, block=block_ms or None)
    return [
        Job(entry_id, fields["karyogram"], 1, name)
        for name, entries in cast(Any, reply)
        for entry_id, fields in entries
    ]


class Lane:
    """The jobs of one Redis stream; see ``engine.jobs.stream.JobStream`` for what its methods promise and raise."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        """Use the stream of this name, made when it is first needed."""
        self._redis = client
        self.name = name

    def ensure_group(self) -> bool:
        """Make the stream and its group; True when they were not there: a fresh server, or one whose data are gone."""
        try:
            self._redis.xgroup_create(self.name, GROUP, id="0", mkstream=True)
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
                    pipe.xadd(self.name, {"karyogram": karyogram_id})
                pipe.execute()

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

    def has_abandoned(self, min_idle_ms: int) -> bool:
        """Tell whether there are jobs that nobody has touched for so long."""
        return next(self._pending(min_idle_ms), None) is not None

    def again(self, consumer: str, job: Job) -> Job | None:
        """Deliver an engine's own job to it once more; None when it is no longer pending."""
        return next(iter(self._claim(consumer, {job.entry_id: job.deliveries}, 0)), None)

    def _claim(self, consumer: str, deliveries: dict[str, int], min_idle_ms: int) -> list[Job]:
        """Claim entries, given with how often each was delivered so far; the server counts one more."""
        if not deliveries:
            return []
        with _group_needed():
            entries = self._redis.xclaim(self.name, GROUP, consumer, min_idle_ms, list(deliveries))
        return [
            Job(entry_id, fields["karyogram"], deliveries[entry_id] + 1, self.name)
            for entry_id, fields in cast("list[tuple[str, dict[str, str]]]", entries)
            if fields  # Redis 6.2 names deleted entries without content
        ]

    def refresh(self, consumer: str, jobs: Sequence[Job]) -> None:
        """Show that these jobs are being worked on, so that nobody takes them over; no delivery is counted."""
        if jobs:
            self._touch(consumer, [job.entry_id for job in jobs])

    def _touch(self, consumer: str, entry_ids: Any) -> None:
        with _group_needed():
            self._redis.xclaim(self.name, GROUP, consumer, 0, entry_ids, justid=True)

    def done(self, jobs: Sequence[Job]) -> None:
        """Acknowledge and delete finished jobs, both or neither."""
        if not jobs:
            return
        entry_ids = [job.entry_id for job in jobs]
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self.name, GROUP, *entry_ids)
            pipe.xdel(self.name, *entry_ids)
            pipe.execute()

    def backlog(self) -> int:
        """Return how many jobs are not done: those nobody took yet and those in the hands of engines."""
        return self._redis.xlen(self.name)

    def lag(self) -> int:
        """Return how many jobs no engine has taken yet."""
        return max(0, self.backlog() - sum(self.holders().values()))

    def holders(self) -> dict[str, int]:
        """Return which engines hold jobs, and how many; empty while there is no group."""
        with suppress(StreamLostError), _group_needed():
            summary: Any = self._redis.xpending(self.name, GROUP)
            return {row["name"]: row["pending"] for row in summary["consumers"]}
        return {}

    def recount(self) -> set[str]:
        """Return the karyograms an engine has or will get, and delete entries that would never be delivered.

        Such an entry is no longer waiting and in nobody's hands: its consumer was removed, or a server came back from
        an older copy of its data. What is done in between cannot be taken for one, because the three questions are
        asked in this order: last delivered, pending, present.
        """
        last = self._last_delivered()
        pending = self._settled()
        present = dict(self._entries())
        orphans = [entry for entry in present if entry not in pending and order(entry) <= last]
        for start in range(0, len(orphans), _PAGE):
            self._redis.xdel(self.name, *orphans[start : start + _PAGE])
        lost = set(orphans)
        return {karyogram_id for entry, karyogram_id in present.items() if entry not in lost}

    def _settled(self) -> set[str]:
        """Return the pending entries, after having those lie still from now on that seem to have been touched just now.

        Where the server's clock has been set back, entries touched before seem so until it has caught up, and nobody
        could take them over from an engine that is gone. For all others this changes nothing.
        """
        rows = list(self._pending(0))
        for row in rows:
            if row["time_since_delivered"] == 0:
                self._touch(row["consumer"], [row["message_id"]])
        return {row["message_id"] for row in rows}

    def _last_delivered(self) -> tuple[int, int]:
        with _group_needed():
            groups: Any = self._redis.xinfo_groups(self.name)
        for group in groups:
            if group["name"] == GROUP:
                return order(group["last-delivered-id"])
        raise StreamLostError(_LOST)  # wiped, and then somebody put a job on it

    def _pending(self, min_idle_ms: int) -> Iterator[dict[str, Any]]:
        """Yield the pending entries of all engines that nobody touched for so long."""

        def page(start: str) -> Any:
            with _group_needed():
                return self._redis.xpending_range(self.name, GROUP, start, "+", _PAGE, idle=min_idle_ms or None)

        return _paged(page, lambda row: str(row["message_id"]))

    def _entries(self) -> Iterator[tuple[str, str]]:
        """Yield every entry of the stream with its karyogram."""
        rows = _paged(lambda start: self._redis.xrange(self.name, min=start, count=_PAGE), lambda row: str(row[0]))
        return ((entry_id, fields["karyogram"]) for entry_id, fields in rows)

    def leave(self, consumer: str) -> None:
        """Forget an engine that stops; one that still holds jobs stays, so that others can take them over."""
        if consumer not in self.holders():
            with _group_needed():
                self._redis.xgroup_delconsumer(self.name, GROUP, consumer)


def _paged(read: Callable[[str], Any], entry_id: Callable[[Any], str]) -> Iterator[Any]:
    """Yield all rows, page by page, so that Redis is never blocked for long."""
    start = "-"
    while page := read(start):
        yield from page
        start = f"({entry_id(page[-1])}"


def order(entry_id: str) -> tuple[int, int]:
    """Return an entry's place in time: entry ids are two numbers, and as text 10 would stand before 9."""
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence)
