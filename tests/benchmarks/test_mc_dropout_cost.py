"""What a hundred passes cost beside one: at most a tenth more, measured in one run on the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np
import pytest

from models.networks.architectures import as_input, build_network
from models.networks.devices import building_in, choose_precision
from models.networks.dropout import SubNetworks

SIZE = 150
CHUNK = 8
PASSES = 100
REPETITIONS = 25
LIMIT = 1.1


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(once: Callable[[], object], hundred: Callable[[], object], name: str) -> float:
    """Fastest against fastest over repetitions in turns: whatever else the machine does can only slow a run down."""
    pairs = np.array([(seconds(once), seconds(hundred)) for _ in range(REPETITIONS)])
    single, full = pairs.min(axis=0)
    print(f"{name}: {CHUNK / single:.1f} pictures/s once, {CHUNK / full:.1f} with {PASSES} passes")
    return float(full / single)


@pytest.mark.benchmark
@pytest.mark.parametrize("architecture", ["vgg16", "inceptionv3"])
def test_a_hundred_passes_cost_at_most_a_tenth_more_than_one(architecture: str) -> None:
    keras.utils.set_random_seed(0)
    with building_in(choose_precision("auto")):
        network = build_network(architecture, SIZE)
    pictures = keras.Input(batch_shape=(CHUNK, SIZE, SIZE), dtype="uint8")
    deterministic = keras.Model(pictures, network(as_input(pictures), training=False))
    sub_networks = SubNetworks(network, seed=0, chunk=CHUNK)
    pages = np.random.default_rng(0).integers(0, 256, (CHUNK, SIZE, SIZE), dtype=np.uint8)

    def once() -> object:
        return deterministic.predict_on_batch(pages)

    def hundred() -> object:
        return sub_networks.predict(pages, PASSES)

    for work in (once, hundred, once, hundred):
        work()  # compiles, and draws the sub-networks
    assert ratio(once, hundred, architecture) <= LIMIT
