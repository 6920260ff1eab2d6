"""Precision is chosen by what the machine is good at."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from models.networks import devices
from models.networks.devices import (
    Precision,
    building_in,
    choose_precision,
    device_name,
    limit_gpu_memory,
    processor_flags,
)


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "has_gpu", lambda: False)


@pytest.mark.usefixtures("without_gpu")
@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx2 avx512f", Precision.FLOAT32),
        ("fpu avx512_bf16", Precision.BFLOAT16),
        ("amx_bf16 fpu", Precision.BFLOAT16),
    ],
)
def test_auto_follows_the_processor(
    flags: str, expected: Precision, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    information = tmp_path / "cpuinfo"
    information.write_text(f"model name\t: Some CPU\nflags\t\t: {flags}\n")
    monkeypatch.setattr(devices, "_CPU_INFORMATION", information)
    assert choose_precision("auto") is expected


@pytest.mark.usefixtures("without_gpu")
def test_auto_is_float32_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(devices, "_CPU_INFORMATION", tmp_path / "absent")
    assert processor_flags() == set()
    assert choose_precision("auto") is Precision.FLOAT32


def test_auto_is_bfloat16_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "has_gpu", lambda: True)
    assert choose_precision("auto") is Precision.BFLOAT16


def test_a_precision_can_be_asked_for() -> None:
    assert choose_precision("bfloat16") is Precision.BFLOAT16
    with pytest.raises(ValueError, match="precision must be 'auto', 'float32' or 'bfloat16', got 'float16'"):
        choose_precision("float16")


def test_building_in_a_precision_leaves_no_trace() -> None:
    before = keras.config.dtype_policy().name
    with building_in(Precision.BFLOAT16):
        layer = keras.layers.Dense(1)
    assert (layer.compute_dtype, layer.variable_dtype) == ("bfloat16", "float32")
    assert keras.config.dtype_policy().name == before


def test_the_device_has_a_name() -> None:
    assert "cpu" in device_name() or "gpu" in device_name()


@pytest.mark.parametrize("gpus", [0, 2])
def test_each_gpu_is_limited_and_a_cpu_is_not(monkeypatch: pytest.MonkeyPatch, gpus: int) -> None:
    import tensorflow as tf

    limited: list[tuple[str, float]] = []
    names = [f"GPU:{number}" for number in range(gpus)]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: names if kind == "GPU" else ["CPU:0"])
    monkeypatch.setattr(
        tf.config,
        "set_logical_device_configuration",
        lambda device, configuration: limited.extend((device, each.memory_limit) for each in configuration),
    )
    assert limit_gpu_memory(4096) == gpus
    assert limited == [(name, 4096) for name in names]


def test_a_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="megabytes must be at least 1, got 0"):
        limit_gpu_memory(0)
