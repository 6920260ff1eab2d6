"""Where a network computes, and in which precision. Works with any backend of Keras."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import keras

_CPU_INFORMATION = Path("/proc/cpuinfo")
_FAST_BFLOAT16 = {"amx_bf16", "avx512_bf16"}


class Precision(StrEnum):
    """What a network computes in; its weights stay float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


def choose_precision(requested: str) -> Precision:
    """Decide on a precision.

    Args:
        requested: "float32", "bfloat16", or "auto": bfloat16 on a GPU and on a processor with instructions for it
            (AMX or AVX512_BF16), float32 elsewhere, where bfloat16 would be emulated and slow.

    Raises:
        ValueError: for anything else.
    """
    if requested == "auto":
        return Precision.BFLOAT16 if has_gpu() or _FAST_BFLOAT16 & processor_flags() else Precision.FLOAT32
    if requested not in [member.value for member in Precision]:
        raise ValueError(f"precision must be 'auto', 'float32' or 'bfloat16', got {requested!r}")
    return Precision(requested)


def has_gpu() -> bool:
    """Tell whether the backend of Keras sees a GPU."""
    return bool(_gpus())


def device_name() -> str:
    """Return the device a network runs on, in words, such as ``2 x gpu`` or ``cpu: AMD EPYC, 2 cores``."""
    gpus = _gpus()
    if gpus:
        return f"{len(gpus)} x gpu"
    model = _cpu_line("model name") or platform.processor() or platform.machine()
    return f"cpu: {model}, {os.cpu_count()} cores"


def limit_gpu_memory(megabytes: int) -> int:
    """Take no more than so much memory of each GPU, so that several processes can share one; CPUs have no such limit.

    Without it, TensorFlow takes nearly all of it at once. It has to be called before anything else uses a GPU.

    Args:
        megabytes: at least 1, in MiB.

    Returns:
        How many GPUs are limited by it.

    Raises:
        ValueError: for a limit below 1.
        RuntimeError: a GPU is in use already.
    """
    if megabytes < 1:
        raise ValueError(f"megabytes must be at least 1, got {megabytes!r}")
    if keras.backend.backend() != "tensorflow":
        return 0
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=megabytes)
        tf.config.set_logical_device_configuration(gpu, [limit])
    return len(gpus)


def _gpus() -> list[str]:
    # the best kind there is, because JAX raises when it is asked for a kind that is not there
    return [device for device in keras.distribution.list_devices() if device.lower().startswith("gpu")]


def processor_flags() -> set[str]:
    """Return the instruction sets of the processor; empty where the system does not tell (macOS, Windows)."""
    return set(_cpu_line("flags").split())


def _cpu_line(name: str) -> str:
    if not _CPU_INFORMATION.is_file():
        return ""
    for line in _CPU_INFORMATION.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


@contextmanager
def building_in(precision: Precision) -> Iterator[None]:
    """Let the networks that are built inside compute in ``precision``; their weights stay float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if precision is Precision.BFLOAT16 else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
