"""What tests of the models share: the weights of the segmentation that ships, in a file of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.networks.weights import read_weights, write_weights
from models.predicting.reader_networks import ReaderNetworks
from models.predicting.segmenter import Segmenter
from models.registry import default_registry


@pytest.fixture(scope="session")
def segmentation_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of the segmentation network that ships."""
    networks = ReaderNetworks.build()
    read_weights(networks.joined(), default_registry().reader()[1])
    file = tmp_path_factory.mktemp("segmentation") / "segmentation.weights.h5"
    write_weights(networks.segmentation, file)
    return file


@pytest.fixture(scope="session")
def segmenter(segmentation_weights: Path) -> Segmenter:
    """The segmentation that ships."""
    return Segmenter.load(segmentation_weights)
