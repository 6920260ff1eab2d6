"""Decoding a page: the sums over all paths are those of listing every path, and numbers come out right."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.reading.decoding import MOST_COPIES, Evidence, Floats, decode, log_weight

COPIES = 3


def draw(rng: np.random.Generator, ways: int, objects: int, places: int) -> tuple[Evidence, Floats]:
    evidence = Evidence(
        copies=rng.random((ways, objects, places, COPIES)),
        pairs=rng.random((ways, objects, places - 1)),
        junk=rng.random((ways, objects)),
        same=rng.random(objects),
        change=rng.random(objects),
    )
    return evidence, rng.dirichlet(np.ones(MOST_COPIES + 1), (ways, places))


def listed(seen: Evidence, prior: Floats, way: int) -> tuple[float, Floats, Floats]:
    """Weigh every path by itself: each object is junk, or (chromosome, copies), or a (pair, 0) of neighbours."""
    _, objects, places, _ = seen.copies.shape
    options: list[tuple[int, int] | None] = [None]
    options += [(place, copies) for place in range(places) for copies in range(1, COPIES + 1)]
    options += [(place, 0) for place in range(places - 1)]
    whole, counts, which = 0.0, np.zeros((places, MOST_COPIES + 1)), np.zeros((objects, places))
    for path in itertools.product(options, repeat=objects):
        weight, last, number = 1.0, -1, np.zeros(places, int)
        is_what = np.zeros((objects, places))
        for index, option in enumerate(path):
            if option is None:
                weight *= seen.junk[way, index]
                continue
            place, copies = option
            if last >= 0:
                weight *= 0.0 if place < last else (seen.same if place == last else seen.change)[index]
            if copies:
                weight *= seen.copies[way, index, place, copies - 1]
                number[place] += copies
                is_what[index, place] = 1.0
                last = place
            else:
                weight *= seen.pairs[way, index, place]
                number[place : place + 2] += 1
                is_what[index, place : place + 2] = 0.5
                last = place + 1
        number = np.minimum(number, MOST_COPIES)
        weight *= float(np.prod(prior[way, range(places), number]))
        whole += weight
        counts[range(places), number] += weight
        which += weight * is_what
    return np.log(whole), counts / whole, which / whole


@pytest.mark.parametrize(("places", "objects"), [(3, 3), (2, 4), (4, 2), (2, 1)])
def test_sums_are_those_of_all_paths(places: int, objects: int) -> None:
    evidence, prior = draw(np.random.default_rng(places), 2, objects, places)
    found = decode(evidence, prior)
    for way in range(2):
        weight, counts, which = listed(evidence, prior, way)
        assert found.log_weight[way] == pytest.approx(weight, abs=1e-12)
        np.testing.assert_allclose(found.counts[way], counts, atol=1e-12)
        np.testing.assert_allclose(found.which[way], which, atol=1e-12)


def test_the_weight_alone_is_that_of_decoding() -> None:
    evidence, prior = draw(np.random.default_rng(5), 3, 30, 24)
    whole, numbers = decode(evidence, prior), decode(evidence, prior, which=False)
    np.testing.assert_allclose(log_weight(evidence, prior), whole.log_weight, rtol=1e-12)
    np.testing.assert_array_equal(numbers.counts, whole.counts)
    assert not numbers.which.any()


def test_a_long_page_does_not_leave_the_range_of_floats() -> None:
    evidence, prior = draw(np.random.default_rng(0), 1, 200, 24)
    small = Evidence(
        evidence.copies * 1e-9, evidence.pairs * 1e-9, evidence.junk * 1e-9, evidence.same, evidence.change
    )
    found = decode(small, prior)
    assert np.isfinite(found.log_weight).all()
    np.testing.assert_allclose(found.counts.sum(axis=2), 1.0)


def in_order(chromosomes: list[int]) -> tuple[Evidence, Floats]:
    """A page of objects that look like these chromosomes of 24 and like nothing else, as sure as evidence ever is."""
    objects = len(chromosomes)
    copies = np.full((1, objects, 24, COPIES), 1e-8)
    copies[0, range(objects), chromosomes, 0] = 1.0
    even = np.full(objects, 0.5)
    usual = np.tile(np.array([5e-4, 8e-3, 0.97, 2e-2, 1.5e-3]), (1, 24, 1))
    evidence = Evidence(copies, np.full((1, objects, 23), 1e-8), np.full((1, objects), 1e-6), even, even)
    return evidence, usual


def test_a_page_of_several_karyograms_does_not_leave_the_range_of_floats() -> None:
    """Each of six could be the one that is read, and the others junk."""
    evidence, usual = in_order([place for _ in range(6) for place in range(24) for _ in range(2)])
    found = decode(evidence, usual)
    assert np.isfinite(found.log_weight).all()
    np.testing.assert_allclose(log_weight(evidence, usual), found.log_weight, rtol=1e-12)
    for place in (0, 11, 23):
        only = usual.copy()
        for number in range(MOST_COPIES + 1):
            only[0, place] = np.where(np.arange(MOST_COPIES + 1) == number, usual[0, place], 0.0)
            share = np.exp(log_weight(evidence, only) - found.log_weight)
            assert found.counts[0, place, number] == pytest.approx(share[0], abs=1e-9)
    shares = found.which[0].sum(axis=1).reshape(6, 48).mean(axis=1)
    assert shares.min() > 0.05
    assert shares.sum() == pytest.approx(1.2, abs=0.1)  # one is read, and now and then a pair of another besides


def test_a_page_full_of_a_chromosome_of_which_there_is_none_is_read_as_junk() -> None:
    evidence, usual = in_order([23] * 300)
    usual[0, 23] = [1.0, 0.0, 0.0, 0.0, 0.0]
    found = decode(evidence, usual)
    assert np.isfinite(found.log_weight).all()
    np.testing.assert_allclose(log_weight(evidence, usual), found.log_weight, rtol=1e-12)
    assert found.counts[0, 23].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert not found.which[0, :, 23].any()


def test_where_weights_differ_too_much_for_floats_nothing_is_known() -> None:
    evidence, usual = in_order([23] * 150 + [0] * 150)  # one half is junk, and which one only the end would tell
    found = decode(evidence, usual)
    assert np.isfinite(found.log_weight).all()
    np.testing.assert_allclose(found.counts, 0.2)
    assert not found.which.any()


def test_the_order_corrects_what_an_object_looks_like() -> None:
    """Six objects in pairs; the third looks rather like the last chromosome, where it cannot stand."""
    copies = np.full((1, 6, 3, COPIES), 1e-4)
    for index, place in enumerate((0, 0, 1, 1, 2, 2)):
        copies[0, index, place, 0] = 0.9
    copies[0, 2, 1, 0], copies[0, 2, 2, 0] = 0.3, 0.7
    usual = np.tile(np.array([0.005, 0.01, 0.96, 0.02, 0.005]), (1, 3, 1))
    even = np.ones(6)
    found = decode(Evidence(copies, np.full((1, 6, 2), 1e-6), np.full((1, 6), 1e-3), even, even), usual)
    assert found.counts[0].argmax(axis=1).tolist() == [2, 2, 2]
    assert found.which[0].argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]
