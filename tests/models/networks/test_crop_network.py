"""The crop network: its outputs, its size, and that blank paper gives no signal."""

from __future__ import annotations

import numpy as np
import pytest

from models.networks.crop_network import CLASSES, COPIES, build_crop_network
from models.reading.crops import HEIGHT, WIDTH


def test_crops_become_three_answers() -> None:
    network = build_crop_network(HEIGHT, WIDTH)
    said = network.predict(np.full((3, HEIGHT, WIDTH), 255, np.uint8), verbose=0)
    assert {name: values.shape for name, values in said.items()} == {
        "classes": (3, CLASSES),
        "copies": (3, COPIES),
        "upright": (3, 1),
    }
    # only biases are left of a blank crop, and they begin at zero
    for values in said.values():
        assert values == pytest.approx(0.0)


def test_it_is_small() -> None:
    assert build_crop_network(HEIGHT, WIDTH).count_params() * 2 < 15e6  # bytes as float16
