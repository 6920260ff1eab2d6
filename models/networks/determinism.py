"""The same computation gives the same each time, to the last bit: for trainings that others shall be able to repeat."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def deterministic() -> Iterator[None]:
    """Let what is computed inside give the same to the last bit each time, on one kind of processor; it is slower.

    Without it TensorFlow adds up the gradients of a convolution in the order in which its threads happen to end. JAX
    never does.
    """
    if keras.backend.backend() != "tensorflow":
        yield
        return
    # TensorFlow only says how to begin it in its public part, not how to end it
    config = importlib.import_module("tensorflow.python.framework.config")
    before = config.is_op_determinism_enabled()
    config.enable_op_determinism()
    try:
        yield
    finally:
        if not before:
            config.disable_op_determinism()
