"""What passes cost beside one, and beside the loop that anyone would write: ``make bench ARGS="-k passes"``.

The shipped networks with both heads, on random pictures. ``KERAS_BACKEND=jax`` measures them on JAX. On a machine that
does other work, look at the ratio by processor time; on a GPU at the one by the clock.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from models.networks.architectures import as_input, build_network
from models.networks.choices import Architecture
from models.networks.devices import Precision, building_in, device_name, has_gpu
from models.networks.dropout import SubNetworks
from models.networks.weights import read_weights
from models.registry import default_registry
from tests.benchmarks.table import Row, Way, compare, report

CHUNK = 64 if has_gpu() else 8
NAIVE = 10
"""Calls of the naive loop that are timed, of 100."""

ONCE, HUNDRED, THOUSAND, LOOP = "once, without dropout", "100 passes", "1,000 passes", "100 passes, naive loop"
LEAST = 0.9
"""Of the throughput of one deterministic pass, with 100 passes."""


def measure(name: str, precision: Precision) -> list[Row]:
    """Measure a shipped network."""
    registry = default_registry()
    card = registry.card(name)
    with building_in(precision):
        network = build_network(card.architecture, card.input_size)
    read_weights(network, registry.weights(name))
    network.trainable = False  # keeps batch normalisation as it is where dropout is on
    pictures = keras.Input(batch_shape=(CHUNK, card.input_size, card.input_size), dtype="uint8")
    once, dropping = (keras.Model(pictures, network(as_input(pictures), training=on)) for on in (False, True))
    fast = SubNetworks(network, card.seed, CHUNK)
    shape = (CHUNK, card.input_size, card.input_size)
    pages = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    ways = {
        ONCE: Way(lambda: once.predict_on_batch(pages)),
        HUNDRED: Way(lambda: fast.predict(pages, 100)),
        THOUSAND: Way(lambda: fast.predict(pages, 1000)),
        LOOP: Way(lambda: [dropping.predict_on_batch(pages) for _ in range(NAIVE)], calls=1, share=NAIVE / 100),
    }
    return compare(f"{name}, {precision}", ways, CHUNK)


@pytest.mark.benchmark
@pytest.mark.timeout(7200)
def test_a_hundred_passes_cost_hardly_more_than_one() -> None:
    rows = [row for name in Architecture for precision in Precision for row in measure(name, precision)]
    report(rows, f"{device_name()}, Keras on {keras.backend.backend()}, {CHUNK} pictures at once")
    ratios = {row.subject: row.by_clock if has_gpu() else row.by_processor for row in rows if row.way == HUNDRED}
    assert {subject: ratio for subject, ratio in ratios.items() if ratio < LEAST} == {}
