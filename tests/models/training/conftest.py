"""What tests of training share: they may compute without compiling each network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.networks.determinism import deterministic


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """Compute deterministically: TensorFlow then does not compile each network with XLA, which takes the longest.

    That it can is shown where a training on framed pages, of a single phase, is asked for on the command line.
    """
    with deterministic():
        yield
