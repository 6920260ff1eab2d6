"""Lattices: the cells of the networks lie where their centres truly are, and nothing is lost between two of them."""

from __future__ import annotations

import numpy as np
import pytest

from models.networks.architectures import build_backbone
from models.networks.lattices import Lattice
from models.training.trainee import SOURCE_TAPS


@pytest.mark.parametrize(("architecture", "sizes"), [("vgg16", (96, 192)), ("inceptionv3", (139, 267))])
def test_lattices_lie_in_the_middle_of_pictures_of_a_fitting_size(architecture: str, sizes: tuple[int, ...]) -> None:
    for size in sizes:
        backbone = build_backbone(architecture, size)
        for layer in (SOURCE_TAPS[architecture], backbone.layers[-1].name):
            cells = backbone.get_layer(layer).output.shape[1]
            lattice = Lattice.of_layer(architecture, layer, size, cells)
            # a convolution of stride 2 sees half a pixel more on one side
            assert lattice.first + lattice.index(1.0) * lattice.step == pytest.approx(
                1.0 - lattice.first, abs=1.0 / size
            )
            assert lattice.step * size == (16 if layer == SOURCE_TAPS[architecture] else 32)


def test_no_place_lies_outside_of_the_centres() -> None:
    lattice = Lattice(0.2, 0.3, 3)
    assert lattice.index(np.array([0.0, 0.2, 0.35, 1.0])) == pytest.approx([0.0, 0.0, 0.5, 2.0])
