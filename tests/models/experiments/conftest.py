from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Messages of a command stay out of the other tests."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)
