"""The comparison of homologues learns what a short one looks like, and expects as many as there are."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from models.datasets.pair_set import PairSet
from models.networks.pair_network import build_pair_network
from models.reading.homologues import FACTS, Pairs, pair_up
from models.reading.profiles import POINTS
from models.training.pair_training import PairBatches, PairPlan, limit_of_suspicion, train_pair_network, vary
from models.training.progress import Reporter
from tests.models.reading.test_homologues import looks, page
from tests.models.reading.test_profiles import BANDS, drawn


def pairs_of(rng: np.random.Generator, changed: np.ndarray) -> Pairs:
    """The pairs of a page; of a changed one a third is missing."""
    crops = []
    for is_changed in changed:
        bend = rng.normal(0, 0.3)
        crops += [drawn(bend), drawn(-bend, BANDS[: 40 if is_changed else 60])]
    kinds = np.repeat(np.arange(len(changed)), 2)
    return pair_up(page(crops), kinds, looks(kinds.tolist()))


@pytest.fixture(scope="module")
def found() -> PairSet:
    """Sixty pages, half of them invented, with a changed pair in ten or in three."""
    rng = np.random.default_rng(0)
    invented = np.arange(60) % 2 == 0
    changed = np.zeros((60, 24), np.bool_)
    changed[:, :12] = rng.random((60, 12)) < np.where(invented, 0.3, 0.1)[:, None]
    return PairSet.of([(pairs_of(rng, changed[number, :12]), number) for number in range(60)], changed, invented)


def test_the_truth_goes_with_the_pairs(found: PairSet) -> None:
    assert len(found) == 60 * 12
    shorter = np.abs(np.diff(found.pairs.lengths, axis=1))[:, 0] > 10
    np.testing.assert_array_equal(shorter, found.changed)
    assert found.invented.tolist() == ([True] * 12 + [False] * 12) * 30


def test_it_learns_and_expects_as_many_as_there_are(found: PairSet) -> None:
    network = train_pair_network(PairPlan(epochs=8, batch_size=32), found, Reporter())
    said = np.asarray(keras.ops.sigmoid(network.predict(found.pairs.inputs, verbose=0)["changed"][:, 0]))
    assert said[found.changed].min() > said[~found.changed].max()
    real = ~found.invented
    assert said[real].mean() == pytest.approx(found.changed[real].mean(), abs=1e-3)
    limit = limit_of_suspicion(network, found)
    assert said[~found.changed & real].mean() < limit < said[found.changed].min()


def test_the_order_of_the_two_and_which_end_is_up_do_not_matter(found: PairSet) -> None:
    keras.utils.set_random_seed(0)
    network, inputs = build_pair_network(POINTS, FACTS), found.pairs.inputs
    exchanged = {**inputs, "first": inputs["second"], "second": inputs["first"]}
    said = network.predict(inputs, verbose=0)["changed"]
    assert network.predict(exchanged, verbose=0)["changed"] == pytest.approx(said, abs=2e-2)
    varied = vary(inputs, np.random.default_rng(0))
    assert varied["first"].shape == inputs["first"].shape
    assert not np.array_equal(varied["first"], inputs["first"])
    np.testing.assert_array_equal(varied["place"], inputs["place"])


def test_every_pair_is_seen_once_an_epoch_in_another_order(found: PairSet) -> None:
    batches = PairBatches(found, PairPlan(batch_size=50))
    orders = []
    for _ in range(2):
        seen = [batches[index][0]["facts"] for index in range(len(batches))]
        assert [len(part) for part in seen] == [50] * 14 + [20]
        orders.append(np.concatenate(seen))
        batches.on_epoch_end()
    assert not np.array_equal(orders[0], orders[1])
    assert np.sort(orders[0], axis=0) == pytest.approx(np.sort(orders[1], axis=0))
