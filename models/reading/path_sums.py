"""The sums behind ``models.reading.decoding``, compiled: the same few for each of some hundred ways to see a page.

After each object all weights are multiplied by what makes the largest of them ``_LARGEST``, and the logarithms of that
are kept: else a page with several karyograms would leave the range of a float. Source: Rabiner, "A tutorial on hidden
Markov models", 1989, section V A.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.counts import COPY_NUMBERS

MOST_COPIES = COPY_NUMBERS - 1
"""More copies than these count as these."""

Floats = NDArray[np.float64]

_LARGEST = 1e150
# Of one direction, what is lost lies below 1e-308, and is multiplied by at most ``_LARGEST`` of the other: so nothing
# that counts is lost as long as what is left has to be multiplied by no more than this.
_MOST = 1e140


class Seen(NamedTuple):
    """Evidence and prior of S ways, or of a single one without the first axis, as the compiled part takes them.

    ``open``: (S, C, K), 1 where the prior allows so many copies or more, else 0. States without a way to end well would
    be the largest on a page that is full of what they are.
    """

    new: Floats
    pairs: Floats
    junk: Floats
    same: Floats
    change: Floats
    prior: Floats
    open: Floats


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
    any chromosome after this one begins with the object. ``levels``: (n + 1,), the logarithms of what ``later`` was
    divided by, less that of the weight of all paths.
    """

    later: Floats
    following: Floats
    levels: Floats


@compiled
def _way(seen: Seen, way: int) -> Seen:
    new, pairs, junk = seen.new[way], seen.pairs[way], seen.junk[way]
    return Seen(new, pairs, junk, seen.same, seen.change, seen.prior[way], seen.open[way])


@compiled
def _more(k: int, copies: int) -> int:
    """Return which state of a chromosome ``k`` becomes with so many copies more."""
    return min(k + copies, MOST_COPIES - 1)


@compiled
def _begin(one: Seen, index: int, before: _Before, nothing: float) -> None:
    """Find ``starts``; what is left out is not there. ``nothing`` is the weight of all objects so far being junk."""
    lead, ended = nothing, 0.0
    for place in range(len(before.ahead)):
        before.starts[place] = lead + one.change[index] * ended
        lead *= one.prior[place, 0]
        ended *= one.prior[place, 0]
        for k in range(MOST_COPIES):
            ended += before.ahead[place, k] * one.prior[place, k + 1]


@compiled
def _step(one: Seen, index: int, before: _Before, behind: Floats) -> None:
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
    behind *= one.open


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
def read_forward(seen: Seen, logs: Floats) -> None:
    """Find the logarithms of the weights of all paths.

    Args:
        seen: evidence and prior.
        logs: (S,), to be filled.
    """
    ways, objects, places, _ = seen.new.shape
    ends = np.empty((places, MOST_COPIES))
    for way in range(ways):
        one, nothing, level = _way(seen, way), 1.0, 0.0
        before, behind = _Before(np.zeros((places, MOST_COPIES)), np.empty(places)), np.empty((places, MOST_COPIES))
        for index in range(objects):
            _begin(one, index, before, nothing)
            _step(one, index, before, behind)
            nothing, level = _go_on(before, behind, nothing * one.junk[index], level)
        logs[way] = np.log(nothing * _end(one.prior, ends) + (before.ahead * ends).sum()) + level


@compiled
def _go_on(before: _Before, behind: Floats, nothing: float, level: float) -> tuple[float, float]:
    """Make the states behind an object those before the next one; return ``nothing`` and the level likewise."""
    grow: float = _LARGEST / max(behind.max(), nothing)
    before.ahead[:] = behind
    before.ahead[:] *= grow
    return nothing * grow, level - np.log(grow)


@compiled
def _after_pair(one: Seen, index: int, place: int, after: _After) -> float:
    """Return the weight of an object as a pair of a chromosome and the next one, and of all behind it."""
    if place + 1 == len(one.prior):
        return 0.0
    weight: float = one.pairs[index, place] * after.later[index + 1, place + 1, 0]
    return weight


@compiled
def _step_back(one: Seen, index: int, after: _After, nothing: float) -> float:
    """Go back before an object; return the weight of all behind it with no chromosome before, from that after it."""
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
    nothing = one.junk[index] * nothing + begins
    grow: float = _LARGEST / max(after.later[index].max(), nothing)
    after.later[index] *= grow
    after.levels[index] = after.levels[index + 1] - np.log(grow)
    return nothing * grow


@compiled
def _read_back(one: Seen, after: _After) -> float:
    """Find all that comes after; return the logarithm of the weight of all paths."""
    objects = len(one.new)
    nothing, after.levels[objects] = _end(one.prior, after.later[objects]), 0.0
    for index in range(objects - 1, -1, -1):
        nothing = _step_back(one, index, after, nothing)
    weight: float = np.log(nothing) + after.levels[0]
    after.levels[:] -= weight
    return weight


@compiled
def _count(one: Seen, index: int, before: _Before, after: _After, counts: Floats) -> None:
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
def _tell(one: Seen, index: int, before: _Before, after: _After, which: Floats) -> None:
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
def read_both_ways(seen: Seen, logs: Floats, counts: Floats, which: Floats, told: bool) -> None:
    """Find the logarithms of the weights (S,), the numbers (S, C, 5) and, if ``told``, what each object is (S, n, C).

    Args:
        seen: evidence and prior.
        logs: to be filled.
        counts: zeros, likewise.
        which: zeros, likewise.
        told: whether to fill ``which``.
    """
    ways, objects, places, _ = seen.new.shape
    after = _After(np.empty((objects + 1, places, MOST_COPIES)), np.empty((objects, places)), np.empty(objects + 1))
    for way in range(ways):
        one = _way(seen, way)
        logs[way] = _read_back(one, after)
        growth = _read_on(one, after, counts[way], which[way], told)
        if growth > _MOST:
            counts[way], which[way] = 1.0 / COPY_NUMBERS, 0.0
        for place in range(places):
            counts[way, place, 0] = max(0.0, 1.0 - counts[way, place, 1:].sum())


@compiled
def _read_on(one: Seen, after: _After, counts: Floats, which: Floats, told: bool) -> float:
    """Add up the numbers (C, 5), 0 left out, and what each object is (n, C); return the largest factor on the way."""
    objects, places, _ = one.new.shape
    before, behind = _Before(np.zeros((places, MOST_COPIES)), np.empty(places)), np.empty((places, MOST_COPIES))
    ended, nothing, level, most = np.empty_like(counts), 1.0, 0.0, 0.0
    for index in range(objects):
        ended[:] = 0.0
        growth = float(np.exp(level + after.levels[index + 1]))
        _begin(one, index, before, nothing)
        _count(one, index, before, after, ended)
        counts += ended * growth
        if told:
            _tell(one, index, before, after, which[index])
            which[index] *= growth
        _step(one, index, before, behind)
        nothing, level = _go_on(before, behind, nothing * one.junk[index], level)
        most = max(most, growth)
    growth = float(np.exp(level + after.levels[objects]))
    counts[:, 1:] += before.ahead * after.later[objects] * growth
    return max(most, growth)
