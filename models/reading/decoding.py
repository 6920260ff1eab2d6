"""What stands on a page, read in order: exact sums over all ways to read it, for many passes at once.

The objects of a page are read row by row from the left. Each is one or several copies of a chromosome, two neighbours
that touch, or junk; and chromosomes come in the order of a layout. A path says which object is what. Its weight is the
product of what the crop network says of each object, of what the gaps say, and of how probable the final numbers are.
Dynamic programming over (place in the order, copies so far) sums the weights of all paths, forward and backward, so
that the probability of every number of every chromosome is exact. Compiled: it is the same few sums for each of some
hundred ways to see a page. Source: Rabiner, "A tutorial on hidden Markov models", 1989, section III.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
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
    ways, objects, places, _ = evidence.copies.shape
    counts, told = np.zeros((ways, places, COPY_NUMBERS)), np.zeros((ways, objects, places))
    seen, scale = _scaled(evidence, prior)
    weights = np.empty(ways)
    _read_both_ways(seen, weights, counts, told, which)
    return Numbers(np.log(weights) + scale, counts, told)


def log_weight(evidence: Evidence, prior: Floats) -> Floats:
    """Return only the logarithm of the weight of all paths, (S,), in less than half the time of ``decode``."""
    seen, scale = _scaled(evidence, prior)
    weights = np.empty(len(prior))
    _read_forward(seen, weights)
    logs: Floats = np.log(weights) + scale
    return logs


class _Seen(NamedTuple):
    """Evidence and prior of S ways, or of a single one without the first axis, as the compiled part takes them."""

    new: Floats
    pairs: Floats
    junk: Floats
    same: Floats
    change: Floats
    prior: Floats


class _Before(NamedTuple):
    """Weights of all ways to read the objects before one.

    ``ahead``: (C, K), that end in a state: the chromosome read last, and how many copies of it, 1 to K. ``starts``:
    (C,), after which a chromosome begins with this object.
    """

    ahead: Floats
    starts: Floats


class _After(NamedTuple):
    """Weights of all ways to read what comes after.

    ``later``: (n + 1, C, K), the objects from each on, with a state before it. ``following``: (n, C), likewise, where
    any chromosome after this one begins with the object.
    """

    later: Floats
    following: Floats


def _scaled(evidence: Evidence, prior: Floats) -> tuple[_Seen, Floats]:
    """Divide every object's evidence by its largest, so that no product over a page leaves the range of a float.

    Returns:
        What is left, and the logarithms of what it was divided by, (S,).
    """
    largest = np.maximum(evidence.copies.max(axis=(2, 3)), evidence.junk)  # (S, n)
    copies, pairs = evidence.copies / largest[..., None, None], evidence.pairs / largest[..., None]
    seen = (copies, pairs, evidence.junk / largest, evidence.same, evidence.change, prior)
    return _Seen(*(np.ascontiguousarray(values, np.float64) for values in seen)), np.log(largest).sum(axis=1)


@compiled
def _way(seen: _Seen, way: int) -> _Seen:
    return _Seen(seen.new[way], seen.pairs[way], seen.junk[way], seen.same, seen.change, seen.prior[way])


@compiled
def _more(k: int, copies: int) -> int:
    """Return which state of a chromosome ``k`` becomes with so many copies more."""
    return min(k + copies, MOST_COPIES - 1)


@compiled
def _begin(one: _Seen, index: int, before: _Before, nothing: float) -> None:
    """Find ``starts``; what is left out is not there. ``nothing`` is the weight of all objects so far being junk."""
    lead, ended = nothing, 0.0
    for place in range(len(before.ahead)):
        before.starts[place] = lead + one.change[index] * ended
        lead *= one.prior[place, 0]
        ended *= one.prior[place, 0]
        for k in range(MOST_COPIES):
            ended += before.ahead[place, k] * one.prior[place, k + 1]


@compiled
def _step(one: _Seen, index: int, before: _Before, behind: Floats) -> None:
    """Read an object: find the states ``behind`` it."""
    _, places, most = one.new.shape
    behind[:] = one.junk[index] * before.ahead
    for place in range(places):
        by_pair = before.starts[place] * one.prior[place, 1]
        for copies in range(1, most + 1):
            behind[place, copies - 1] += before.starts[place] * one.new[index, place, copies - 1]
        for k in range(MOST_COPIES):
            goes_on = one.same[index] * before.ahead[place, k]
            by_pair += goes_on * one.prior[place, _more(k, 1) + 1]
            for copies in range(1, most + 1):
                behind[place, _more(k, copies)] += goes_on * one.new[index, place, copies - 1]
        if place < places - 1:
            behind[place + 1, 0] += by_pair * one.pairs[index, place]


@compiled
def _end(prior: Floats, ends: Floats) -> float:
    """Find the weight of each state being the last one, (C, K); return that of no chromosome at all."""
    trail = 1.0
    for place in range(len(prior) - 1, -1, -1):
        for k in range(MOST_COPIES):
            ends[place, k] = prior[place, k + 1] * trail
        trail *= prior[place, 0]
    return trail


@compiled
def _read_forward(seen: _Seen, weights: Floats) -> None:
    """Find the weight of all paths, (S,)."""
    ways, objects, places, _ = seen.new.shape
    ends = np.empty((places, MOST_COPIES))
    for way in range(ways):
        one, nothing = _way(seen, way), 1.0
        before, behind = _Before(np.zeros((places, MOST_COPIES)), np.empty(places)), np.empty((places, MOST_COPIES))
        for index in range(objects):
            _begin(one, index, before, nothing)
            _step(one, index, before, behind)
            before.ahead[:] = behind
            nothing *= one.junk[index]
        weights[way] = nothing * _end(one.prior, ends) + (before.ahead * ends).sum()


@compiled
def _after_pair(one: _Seen, index: int, place: int, after: _After) -> float:
    """Return the weight of an object as a pair of a chromosome and the next one, and of all behind it."""
    if place + 1 == len(one.prior):
        return 0.0
    weight: float = one.pairs[index, place] * after.later[index + 1, place + 1, 0]
    return weight


@compiled
def _step_back(one: _Seen, index: int, after: _After) -> None:
    """Go back before an object."""
    _, places, most = one.new.shape
    later, begins = after.later[index + 1], 0.0
    for place in range(places - 1, -1, -1):
        after.following[index, place] = begins
        pair = _after_pair(one, index, place, after)
        for k in range(MOST_COPIES):
            goes_on = one.prior[place, _more(k, 1) + 1] * pair
            for copies in range(1, most + 1):
                goes_on += one.new[index, place, copies - 1] * later[place, _more(k, copies)]
            other = one.change[index] * one.prior[place, k + 1] * begins
            after.later[index, place, k] = one.junk[index] * later[place, k] + other + one.same[index] * goes_on
        begins = begins * one.prior[place, 0] + one.prior[place, 1] * pair
        for copies in range(1, most + 1):
            begins += one.new[index, place, copies - 1] * later[place, copies - 1]


@compiled
def _count(one: _Seen, index: int, before: _Before, after: _After, counts: Floats) -> None:
    """Add what ends at an object, (C, 5): before a chromosome that begins with it, or in a pair with the next one."""
    for place in range(len(before.ahead)):
        pair = _after_pair(one, index, place, after)
        counts[place, 1] += before.starts[place] * one.prior[place, 1] * pair
        for k in range(MOST_COPIES):
            other = one.change[index] * after.following[index, place]
            counts[place, k + 1] += before.ahead[place, k] * one.prior[place, k + 1] * other
            number = _more(k, 1) + 1
            counts[place, number] += one.same[index] * before.ahead[place, k] * one.prior[place, number] * pair


@compiled
def _tell(one: _Seen, index: int, before: _Before, after: _After, which: Floats) -> None:
    """Add the weight of all paths on which an object is copies of each chromosome, or half of a pair, (C,)."""
    _, places, most = one.new.shape
    later = after.later[index + 1]
    for place in range(places):
        pair = before.starts[place] * one.prior[place, 1]
        for copies in range(1, most + 1):
            behind = before.starts[place] * later[place, copies - 1]
            for k in range(MOST_COPIES):
                behind += one.same[index] * before.ahead[place, k] * later[place, _more(k, copies)]
            which[place] += one.new[index, place, copies - 1] * behind
        for k in range(MOST_COPIES):
            pair += one.same[index] * before.ahead[place, k] * one.prior[place, _more(k, 1) + 1]
        half = pair * _after_pair(one, index, place, after) / 2
        which[place] += half
        if half:
            which[place + 1] += half


@compiled
def _read_both_ways(seen: _Seen, weights: Floats, counts: Floats, which: Floats, told: bool) -> None:
    """Find the weights (S,), the numbers (S, C, 5) and, if ``told``, what each object is (S, n, C)."""
    ways, objects, places, _ = seen.new.shape
    after = _After(np.empty((objects + 1, places, MOST_COPIES)), np.empty((objects, places)))
    behind = np.empty((places, MOST_COPIES))
    for way in range(ways):
        one, nothing = _way(seen, way), 1.0
        none_at_all = _end(one.prior, after.later[objects])
        for index in range(objects - 1, -1, -1):
            _step_back(one, index, after)
        before = _Before(np.zeros((places, MOST_COPIES)), np.empty(places))
        for index in range(objects):
            _begin(one, index, before, nothing)
            _count(one, index, before, after, counts[way])
            if told:
                _tell(one, index, before, after, which[way, index])
            _step(one, index, before, behind)
            before.ahead[:] = behind
            nothing *= one.junk[index]
        last = before.ahead * after.later[objects]
        weights[way] = nothing * none_at_all + last.sum()
        counts[way, :, 1:] += last
        counts[way] /= weights[way]
        which[way] /= weights[way]
        for place in range(places):
            counts[way, place, 0] = max(0.0, 1.0 - counts[way, place, 1:].sum())
