"""Weights on disk: Keras' ``.weights.h5`` with its kernels in float16, half the size of what was trained."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import h5py
import keras
import numpy as np


def write_weights(network: keras.Model, file: Path) -> None:
    """Write the weights of a network, kernels rounded to float16.

    Biases and the statistics of batch normalisation stay float32: they are small in number, and a variance can leave
    the range of float16. Measure and calibrate a model with the weights read back from here, as they will be used.

    Args:
        network: a network of ``models.networks.architectures.build_network``.
        file: where to write; the name must end in ``.weights.h5``.

    Raises:
        ValueError: when the name ends otherwise, or a kernel is not finite in float16.
    """
    _check_name(file)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.weights.h5"
        network.save_weights(full)
        with h5py.File(full, "r") as source, h5py.File(file, "w") as target:
            _copy_rounded(source, target)


def read_weights(network: keras.Model, file: Path) -> None:
    """Read weights into a network that was built by the same code; they take the network's own precision.

    Raises:
        ValueError: when the name does not end in ``.weights.h5``, or the weights are those of another network.
    """
    _check_name(file)
    with warnings.catch_warnings():
        # Keras only warns when a whole part of the network is not in the file, and leaves random weights there
        warnings.simplefilter("error", UserWarning)
        try:
            network.load_weights(file)
        except (ValueError, KeyError, UserWarning) as error:
            raise ValueError(f"{file} holds no weights for {network.name}: {error}") from error


def _check_name(file: Path) -> None:
    if not file.name.endswith(".weights.h5"):
        raise ValueError(f"file must end in .weights.h5, got {file.name!r}")


def _copy_rounded(source: h5py.Group, target: h5py.Group) -> None:
    for key, value in source.attrs.items():
        target.attrs[key] = value
    for key, item in source.items():
        if isinstance(item, h5py.Group):
            _copy_rounded(item, target.create_group(key))
        else:
            target.create_dataset(key, data=_rounded(item[()], item.name))


def _rounded(values: np.ndarray, name: str) -> np.ndarray:
    if values.ndim < 2 or not np.issubdtype(values.dtype, np.floating):
        return values
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    if not np.isfinite(half).all():
        raise ValueError(f"{name} must be finite in float16, got values up to {np.abs(values).max():g}")
    return half
