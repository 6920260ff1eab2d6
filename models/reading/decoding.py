"""What stands on a page, read in order: exact sums over all ways to read it, for many passes at once.

The objects of a page are read row by row from the left. Each is one or several copies of a chromosome, two neighbours
that touch, or junk; and chromosomes come in the order of a layout. A path says which object is what. Its weight is the
product of what the crop network says of each object, of what the gaps say, and of how probable the final numbers are.
Dynamic programming over (place in the order, copies so far) sums the weights of all paths, forward and backward, so
that the probability of every number of every chromosome is exact. Source: Rabiner, "A tutorial on hidden Markov
models", 1989, section III.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.counts import COPY_NUMBERS

MOST_COPIES = COPY_NUMBERS - 1
"""More copies than these count as these."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """What is known of the n objects of a page, in S ways (passes, layouts), for the C chromosomes in page order.

    ``copies``: (S, n, C, M), how probable each object looks if it is 1, 2, ... M copies of each chromosome. ``pairs``:
    (S, n, C - 1), if it is one copy of a chromosome that touches one of the next. ``junk``: (S, n), if it is none.
    ``same`` and ``change``: (n,), how probable the gap before an object is if it goes on with the chromosome before it
    or begins another one.
    """

    copies: Floats
    pairs: Floats
    junk: Floats
    same: Floats
    change: Floats


@dataclass(frozen=True)
class Numbers:
    """How probable the numbers of each chromosome of a page are, in S ways.

    ``log_weight``: (S,), of all paths together. ``counts``: (S, C, 5), how probable each number is. ``which``:
    (S, n, C), how probable each object is each chromosome; the rest is junk; all zero where it was not wanted.
    """

    log_weight: Floats
    counts: Floats
    which: Floats


def decode(evidence: Evidence, prior: Floats, *, which: bool = True) -> Numbers:
    """Sum over all paths.

    Args:
        evidence: of a page with at least one object.
        prior: (S, C, 5), how probable 0 to 4 copies of each chromosome are, in page order.
        which: whether to say what each object is.
    """
    return _Chain(evidence, prior).numbers(which)


def log_weight(evidence: Evidence, prior: Floats) -> Floats:
    """Return only the logarithm of the weight of all paths, (S,), in less than half the time of ``decode``."""
    return _Chain(evidence, prior).log_weight()


class _Chain:
    """States before each object: which chromosome was read last, and how many copies of it, 1 to ``MOST_COPIES``.

    Weights of states are (S, C, K). Every object's evidence is divided by its largest, so that no product over a page
    leaves the range of a float.
    """

    def __init__(self, evidence: Evidence, prior: Floats) -> None:
        largest = np.maximum(evidence.copies.max(axis=(2, 3)), evidence.junk)  # (S, n)
        self._log_largest = np.log(largest).sum(axis=1)
        self._junk = evidence.junk / largest
        self._new = evidence.copies / largest[..., None, None]
        pairs = evidence.pairs / largest[..., None]
        self._pair = np.concatenate([pairs, np.zeros_like(pairs[..., :1])], axis=-1)  # (S, n, C): of it and the next
        self._same, self._change = evidence.same, evidence.change
        none = prior[..., 0]
        self._ends = prior[..., 1:]  # (S, C, K): this chromosome has so many copies
        self._ends_with_one_more = np.concatenate([prior[..., 2:], prior[..., -1:]], axis=-1)
        one = np.ones_like(none[:, :1])
        self._leads = np.concatenate([one, np.cumprod(none, axis=1)[:, :-1]], axis=1)  # (S, C): none of those before
        self._trails = np.concatenate([np.cumprod(none[:, ::-1], axis=1)[:, ::-1][:, 1:], one], axis=1)
        self._nothing_at_all = np.prod(none, axis=1)
        self._follows = _none_between(none)  # (S, C, C)

    def log_weight(self) -> Floats:
        """Go forward through the objects."""
        passes, objects, places, _ = self._new.shape
        ahead, nothing = np.zeros((passes, places, MOST_COPIES)), np.ones((passes, 1))
        for index in range(objects):
            ahead = self._read(ahead, self._starts(ahead, nothing, index), index)
            nothing = nothing * self._junk[:, index, None]
        logs: Floats = np.log(self._whole(self._last(ahead), nothing)) + self._log_largest
        return logs

    def _last(self, ahead: Floats) -> Floats:
        """Return the weight of each chromosome being the last one, with so many copies, (S, C, K)."""
        last: Floats = ahead * self._ends * self._trails[..., None]
        return last

    def _whole(self, last: Floats, nothing: Floats) -> Floats:
        """Return the weight of all paths, also of those on which no chromosome stands at all, (S,)."""
        whole: Floats = last.sum(axis=(1, 2)) + nothing[:, 0] * self._nothing_at_all
        return whole

    def numbers(self, told: bool) -> Numbers:
        """Go forward through the objects, with what is behind each of them already known."""
        passes, objects, places, _ = self._new.shape
        behind, begins = self._backward()
        ahead, nothing = np.zeros((passes, places, MOST_COPIES)), np.ones((passes, 1))
        counts = np.zeros((passes, places, MOST_COPIES + 1))
        which = np.zeros((passes, objects, places))
        for index in range(objects):
            starts = self._starts(ahead, nothing, index)
            by_pair = self._ended_by_pair(ahead, starts, index) * self._after_pair(index, behind[index + 1])[..., None]
            counts[..., 1:] += ahead * self._ends * self._change[index] * self._next(begins[index])[..., None] + by_pair
            if told:
                which[:, index] = self._is(ahead, starts, index, behind[index + 1]) + _halves(by_pair.sum(axis=-1))
            ahead, nothing = self._read(ahead, starts, index), nothing * self._junk[:, index, None]
        last = self._last(ahead)
        counts[..., 1:] += last
        whole = self._whole(last, nothing)
        counts /= whole[:, None, None]
        counts[..., 0] = np.clip(1.0 - counts[..., 1:].sum(axis=-1), 0.0, 1.0)
        return Numbers(np.log(whole) + self._log_largest, counts, which / whole[:, None, None])

    def _backward(self) -> tuple[list[Floats], list[Floats]]:
        """Return what is behind each state before each object, and behind each chromosome that begins with it."""
        behind: list[Floats] = [self._ends * self._trails[..., None]]
        begins: list[Floats] = []
        for index in reversed(range(self._new.shape[1])):
            later, new = behind[-1], self._new[:, index]
            pair = self._after_pair(index, later)
            begin = np.einsum("scm,scm->sc", new, later[..., : new.shape[-1]]) + self._ends[..., 0] * pair
            state = self._junk[:, index, None, None] * later
            state += self._same[index] * self._ends_with_one_more * pair[..., None]
            state += self._change[index] * self._ends * self._next(begin)[..., None]
            for more in range(1, new.shape[-1] + 1):
                state += self._same[index] * new[..., more - 1, None] * later[..., _plus(more)]
            behind.append(state)
            begins.append(begin)
        return behind[::-1], begins[::-1]

    def _next(self, begin: Floats) -> Floats:
        """Return the weight of any later chromosome that begins behind each, (S, C)."""
        following: Floats = np.matmul(self._follows, begin[..., None])[..., 0]
        return following

    def _after_pair(self, index: int, later: Floats) -> Floats:
        """Return the weight of an object as a pair of each chromosome and the next, and of all behind it, (S, C)."""
        behind: Floats = self._pair[:, index] * np.roll(later[..., 0], -1, axis=1)
        return behind

    def _starts(self, ahead: Floats, nothing: Floats, index: int) -> Floats:
        """Return the weight with which each chromosome begins at an object, (S, C)."""
        ended = (ahead * self._ends).sum(axis=-1)
        starts: Floats = self._change[index] * np.matmul(ended[:, None], self._follows)[:, 0] + nothing * self._leads
        return starts

    def _read(self, ahead: Floats, starts: Floats, index: int) -> Floats:
        """Return the states behind an object."""
        new = self._new[:, index]
        state: Floats = self._junk[:, index, None, None] * ahead
        state[..., : new.shape[-1]] += starts[..., None] * new
        for more in range(1, new.shape[-1] + 1):
            _add_copies(state, more, self._same[index] * new[..., more - 1, None] * ahead)
        state[:, 1:, 0] += (self._ended_by_pair(ahead, starts, index).sum(axis=-1) * self._pair[:, index])[:, :-1]
        return state

    def _ended_by_pair(self, ahead: Floats, starts: Floats, index: int) -> Floats:
        """Return the weight of each chromosome ending, with so many copies, in a pair with the next one, (S, C, K)."""
        ended = np.zeros_like(ahead)
        ended[..., 0] = starts * self._ends[..., 0]
        _add_copies(ended, 1, self._same[index] * self._ends_with_one_more * ahead)
        return ended

    def _is(self, ahead: Floats, starts: Floats, index: int, later: Floats) -> Floats:
        """Return the weight of all paths on which an object is copies of each chromosome, (S, C)."""
        new = self._new[:, index]
        found: Floats = starts * np.einsum("scm,scm->sc", new, later[..., : new.shape[-1]])
        for more in range(1, new.shape[-1] + 1):
            found += self._same[index] * new[..., more - 1] * (ahead * later[..., _plus(more)]).sum(axis=-1)
        return found


def _halves(pairs: Floats) -> Floats:
    """Share what pairs weigh between both chromosomes, (S, C) -> (S, C)."""
    halves = pairs / 2
    halves[:, 1:] += pairs[:, :-1] / 2
    return halves


def _plus(more: int) -> NDArray[np.int64]:
    """Return which state each number of copies, 1 to ``MOST_COPIES``, becomes with so many more."""
    return np.minimum(np.arange(MOST_COPIES) + more, MOST_COPIES - 1)


def _add_copies(state: Floats, more: int, weights: Floats) -> None:
    """Add weights (S, C, K) of states to those with so many copies more."""
    state[..., more:] += weights[..., :-more]
    state[..., -1] += weights[..., -more:].sum(axis=-1)


def _none_between(none: Floats) -> Floats:
    """Return how probable it is that no chromosome stands between two of the order, (S, C, C); zero backwards."""
    ways, places = none.shape
    between = np.zeros((ways, places, places))
    for first in range(places - 1):
        between[:, first, first + 1] = 1.0
        between[:, first, first + 2 :] = np.cumprod(none[:, first + 1 : -1], axis=1)
    return between
