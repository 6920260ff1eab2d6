"""The pipeline: while one micro-batch is judged, the next ones are read and the last one is kept.

The thread that calls ``turn`` judges; reading and keeping go on in threads of their own. Both queues are bounded, so
that an engine never holds more than it soon gets to: others could judge it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from engine.jobs.hands import Hands
from engine.jobs.pace import MicroBatch
from engine.jobs.stream import Job
from engine.worker.stages import Judged, Loaded, Stages

Result = TypeVar("Result")

_URGENT_SECONDS: Final = 0.5  # more than it takes to read a micro-batch, and less than to load a model


class Attempt(Generic[Result]):
    """Something done in another thread. After an error it is done again when somebody asks for its result."""

    def __init__(self, pool: Executor, work: Callable[[], Result]) -> None:
        """Begin with it."""
        self._pool, self._work = pool, work
        self._future = pool.submit(work)

    @property
    def future(self) -> Future[Result]:
        """What is being done; begun again where it has failed: what was away then may be back."""
        if self._future.done() and self._future.exception() is not None:
            self._future = self._pool.submit(self._work)
        return self._future

    @property
    def is_due(self) -> bool:
        """Whether its result is there, or it has to be done again."""
        return self._future.done()

    def result(self) -> Result:
        """Wait for the result.

        Raises:
            whatever the work raises.
        """
        return self.future.result()


@dataclass(frozen=True)
class Reading:
    """A micro-batch that is being read."""

    jobs: Sequence[Job]
    urgent: bool
    loading: Attempt[Loaded]


@dataclass(frozen=True)
class Keeping:
    """A micro-batch that is being kept."""

    jobs: Sequence[Job]
    judged: Judged
    keeping: Attempt[int]


class Pipeline:
    """Micro-batches on their way through ``Stages``; used by one thread.

    ``finished`` counts the karyograms that were judged or failed.
    """

    def __init__(
        self,
        stages: Stages,
        hands: Hands,
        size: MicroBatch,
        *,
        look_ahead: int,
        readers: Executor | None = None,
        keeper: Executor | None = None,
    ) -> None:
        """Set up, empty.

        Args:
            stages: what is done with a micro-batch.
            hands: what is in the pipeline, is in them.
            size: is told how long judging takes.
            look_ahead: so many micro-batches are read while one is judged, and so many kept; 0 does one thing at a
                time.
            readers: where to read, threads of its own by default.
            keeper: where to keep, one thread of its own by default.
        """
        self.finished = 0
        self._stages, self._hands, self._size, self._look_ahead = stages, hands, size, look_ahead
        self._readers = readers or ThreadPoolExecutor(look_ahead + 1, thread_name_prefix="read")
        self._keeper = keeper or ThreadPoolExecutor(1, thread_name_prefix="keep")
        self._reading: list[Reading] = []
        self._kept: list[Keeping] = []

    def close(self) -> None:
        """End the threads; what is being kept at this moment is kept to its end."""
        self._readers.shutdown()
        self._keeper.shutdown()
        self._stages.close()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on its way."""
        return not self._reading and not self._kept

    @property
    def has_room(self) -> bool:
        """Whether it takes another micro-batch: one to be judged and those behind it, and none behind a suspect.

        What has ended an engine before may end this one, and what is in its hands then counts as suspect too.
        """
        return len(self._reading) <= self._look_ahead and not self._hands.holds_suspect and self._keeps_up

    @property
    def has_enough(self) -> bool:
        """Whether one is read and another is behind it: more routine work would only be kept from other engines."""
        return len(self._reading) > 1 and self._reading[0].loading.is_due

    @property
    def _keeps_up(self) -> bool:
        """With no look-ahead, one micro-batch is kept before another is taken."""
        return len(self._kept) <= self._look_ahead and (self._look_ahead > 0 or self.is_empty)

    def add(self, jobs: Sequence[Job], *, urgent: bool = False) -> None:
        """Begin to read a micro-batch; an urgent one is judged before all that are not."""
        self._hands.take(jobs)
        made = Reading(jobs, urgent, Attempt(self._readers, lambda: self._stages.load(jobs)))
        place = sum(one.urgent for one in self._reading) if urgent else len(self._reading)
        self._reading.insert(place, made)

    def turn(self) -> None:
        """Judge a micro-batch, if one is there, and pass it on to be kept; the last one is waited for.

        After an error nothing is lost, and another turn tries again.

        Raises:
            sqlalchemy.exc.OperationalError: the record store is away.
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError: Redis is away.
        """
        if self._reading:
            self._judge(self._first_read())
        while self._kept and (len(self._kept) > self._look_ahead or not self._reading):
            self._finish()

    def collect(self) -> None:
        """Take note of what has been kept meanwhile; raises what ``turn`` raises."""
        while self._kept and self._kept[0].keeping.is_due:
            self._finish()

    def _first_read(self) -> Reading:
        """Wait for the first micro-batch that can be judged: a model that is being loaded holds up no other."""
        waiting = [one.loading.future for one in self._reading]
        if self._reading[0].urgent:
            wait(waiting[:1], timeout=_URGENT_SECONDS)
        wait(waiting, return_when=FIRST_COMPLETED)
        return next(one for one in self._reading if one.loading.is_due)

    def _judge(self, one: Reading) -> None:
        loaded = one.loading.result()
        self._reading.remove(one)
        judged = self._stages.judge(loaded)
        self._size.judged(judged.karyograms, judged.seconds)
        self._kept.append(Keeping(one.jobs, judged, Attempt(self._keeper, lambda: self._stages.keep(judged))))

    def _finish(self) -> None:
        first = self._kept[0]
        self.finished += first.keeping.result()
        self._kept.pop(0)
        self._hands.release(first.jobs, first.judged.retries)
