"""Layouts and priors: every order has every chromosome, and probabilities are probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.reading.layouts import layouts


def test_every_order_has_every_chromosome_once() -> None:
    known = layouts()
    assert len(known.names) == len(known.orders) == len(known.shares)
    assert len({tuple(order) for order in known.orders}) == len(known.orders)
    for order in known.orders:
        assert sorted(order) == list(range(24))
    assert known.shares.sum() == pytest.approx(1.0)
    assert [CHROMOSOMES[place] for place in known.orders[0]][-2:] == ["X", "Y"]


def test_the_prior_is_a_probability_and_knows_the_sexes() -> None:
    priors = layouts().priors
    x, y = CHROMOSOMES.index("X"), CHROMOSOMES.index("Y")
    assert priors[:, :x].sum(axis=2) == pytest.approx(1.0)
    together = np.einsum("hx,hy->xy", priors[:, x], priors[:, y])
    assert together.sum() == pytest.approx(1.0, abs=0.01)
    assert together[2, 0] == together[1, 1] == together.max()
    assert together[1, 0] > together[0, 1]
