"""The one thing Keras does not offer for all its backends: the gradient with respect to a value."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import keras


def pull_back(function: Callable[[Any], Any], value: Any, sensitivity: Any) -> Any:
    """Say how a result depends on a value, from how it depends on a function of that value (reverse mode).

    Args:
        function: from a tensor to a tensor, of Keras operations and layers in inference mode.
        value: where the gradient is wanted.
        sensitivity: the gradient of the result with respect to ``function(value)``, of the same shape and type.

    Returns:
        The gradient of the result with respect to ``value``, of its shape.

    Raises:
        NotImplementedError: Keras runs on a backend other than TensorFlow or JAX.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        tensorflow = importlib.import_module("tensorflow")
        with tensorflow.GradientTape() as tape:
            tape.watch(value)
            answer = function(value)
        return tape.gradient(answer, value, output_gradients=sensitivity)
    if backend == "jax":
        _, pull = importlib.import_module("jax").vjp(function, value)
        return pull(sensitivity)[0]
    raise NotImplementedError(f"gradients need the backend tensorflow or jax, got {backend!r}")
