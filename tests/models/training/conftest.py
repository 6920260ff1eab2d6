"""What tests of training share: they may compute so that a training can be repeated to the last bit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.networks.determinism import deterministic


@pytest.fixture
def repeatable() -> Iterator[None]:
    """Compute deterministically; nor does TensorFlow then compile each network with XLA, which takes the longest.

    That it can is shown where a whole training is asked for on the command line.
    """
    with deterministic():
        yield
