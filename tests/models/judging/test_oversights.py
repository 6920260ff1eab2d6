"""A count that overlooks a chromosome now and then is believed less: for that one, and by as much as is fitted."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.counts import COPY_NUMBERS
from models.judging.oversights import Oversights, fit_oversights

SURE = np.eye(COPY_NUMBERS)
ONE, TWO, LAST = CHROMOSOMES.index("1"), CHROMOSOMES.index("2"), CHROMOSOMES.index("Y")


def only(place: int, share: float) -> tuple[float, ...]:
    """Return shares of all chromosomes, of which one has some."""
    return tuple(share if index == place else 0.0 for index in range(len(CHROMOSOMES)))


def test_what_is_seen_may_be_one_too_few_or_one_too_many() -> None:
    seen = np.broadcast_to(SURE[2], (7, len(CHROMOSOMES), COPY_NUMBERS))
    corrected = Oversights(missed=only(ONE, 0.25), invented=only(LAST, 0.125)).corrected(seen)
    assert corrected.dtype == np.float32
    np.testing.assert_allclose(corrected[3, ONE], [0, 0, 0.75, 0.25, 0])
    np.testing.assert_allclose(corrected[3, LAST], [0, 0.125, 0.875, 0, 0])
    np.testing.assert_array_equal(corrected[:, TWO], seen[:, TWO])


@pytest.mark.parametrize("number", [0, COPY_NUMBERS - 1])
def test_at_the_ends_nothing_is_lost(number: int) -> None:
    every = Oversights(missed=(0.1,) * len(CHROMOSOMES), invented=(0.2,) * len(CHROMOSOMES))
    corrected = every.corrected(np.broadcast_to(SURE[number], (len(CHROMOSOMES), COPY_NUMBERS)))
    np.testing.assert_allclose(corrected.sum(axis=-1), 1.0, rtol=1e-6)
    assert corrected[0, number] == pytest.approx(0.9 if number == 0 else 0.8)


def test_the_shares_are_found_from_sure_counts_that_are_wrong() -> None:
    generator, pages = np.random.default_rng(3), 4000
    truths = np.full((pages, len(CHROMOSOMES)), 2)
    seen = truths.copy()
    seen[generator.random(pages) < 0.08, LAST] -= 1
    seen[generator.random(pages) < 0.04, ONE] += 1
    found = fit_oversights(SURE[seen], truths)
    assert found.missed[LAST] == pytest.approx((seen[:, LAST] < 2).mean(), abs=0.003)
    assert found.invented[ONE] == pytest.approx((seen[:, ONE] > 2).mean(), abs=0.003)
    assert max(found.missed[ONE], found.missed[TWO], found.invented[LAST], found.invented[TWO]) < 0.002


def test_a_doubt_that_was_told_is_not_counted_twice() -> None:
    doubtful = 0.9 * SURE[2] + 0.1 * SURE[3]
    truths = np.full((200, len(CHROMOSOMES)), 2)
    truths[:20, ONE] = 3
    assert fit_oversights(np.broadcast_to(doubtful, (*truths.shape, COPY_NUMBERS)), truths).missed[ONE] < 0.02


def test_a_few_pages_say_little_of_one_chromosome() -> None:
    truths = np.full((10, len(CHROMOSOMES)), 2)
    seen = truths.copy()
    seen[0, ONE] = 1
    assert 0.001 < fit_oversights(SURE[seen], truths).missed[ONE] < 0.02


@pytest.mark.parametrize("shares", [(0.1,) * 23, only(ONE, 0.5), only(ONE, -0.1)])
def test_no_shares_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="missed must be 24 shares"):
        Oversights(missed=shares)


def test_shapes_that_do_not_fit_are_refused() -> None:
    seen = np.broadcast_to(SURE[2], (3, len(CHROMOSOMES), COPY_NUMBERS))
    for pages, truths in ((seen, np.full((2, 24), 2)), (seen[:0], np.full((0, 24), 2))):
        with pytest.raises(ValueError, match="expected truths of N pages"):
            fit_oversights(pages, truths)
