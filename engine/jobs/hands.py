"""The jobs in the hands of an engine: what its heartbeat keeps others from taking over."""

from __future__ import annotations

from collections.abc import Collection

from engine.jobs.stream import Job


class Hands:
    """What an engine holds. One thread changes it, others may look.

    ``jobs`` are on their way through the pipeline, ``retries`` wait for another try, each by itself.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.jobs: tuple[Job, ...] = ()
        self.retries: tuple[Job, ...] = ()

    @property
    def all(self) -> tuple[Job, ...]:
        """Everything that is held."""
        return (*self.jobs, *self.retries)

    @property
    def holds_suspect(self) -> bool:
        """Whether one of the jobs may be what ends engines, or fails: it was delivered before."""
        return any(job.deliveries > 1 for job in self.jobs)

    def take(self, jobs: Collection[Job]) -> None:
        """Hold these too."""
        self.jobs = (*self.jobs, *jobs)

    def release(self, jobs: Collection[Job], retries: Collection[Job]) -> None:
        """Hold these no longer, apart from those that are to be tried again."""
        done = set(jobs)
        self.retries = (*self.retries, *retries)
        self.jobs = tuple(job for job in self.jobs if job not in done)

    def next_retry(self) -> Job | None:
        """Give up holding the job that has waited longest for another try; None while there is none."""
        if not self.retries:
            return None
        first, *rest = self.retries
        self.retries = tuple(rest)
        return first

    def forget_retries(self) -> None:
        """Hold none of them any more: the stream has lost them, and the sweep puts back what is unfinished."""
        self.retries = ()
