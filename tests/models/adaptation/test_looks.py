"""Looks: moving features gives them the mean and spread of others, and keeps what tells them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.adaptation.looks import Features, look_of, moved

EVERYTHING = np.arange(200)


def features(mean: float, spread: float, seed: int) -> Features:
    rng = np.random.default_rng(seed)
    return rng.normal(mean, spread, (200, 3, 3, 2)).astype(np.float16)


def test_a_look_is_measured_channel_by_channel() -> None:
    both = np.concatenate([features(4, 0.5, 0)[..., :1], features(9, 2, 1)[..., :1]], axis=-1)
    look = look_of(both, EVERYTHING)
    assert look.mean == pytest.approx([4, 9], abs=0.1)
    assert look.spread == pytest.approx([0.5, 2], abs=0.1)
    assert look_of(both, EVERYTHING[:1]).mean == pytest.approx(both[0].astype(float).mean(axis=(0, 1)), abs=1e-6)


def test_moved_features_have_the_wanted_look(tmp_path: Path) -> None:
    own, wanted = features(5, 0.5, 0), features(8, 1.0, 1)
    there = moved(own, look_of(own, EVERYTHING), look_of(wanted, EVERYTHING), tmp_path / "moved.npy")
    found, expected = look_of(there, EVERYTHING), look_of(wanted, EVERYTHING)
    assert found.mean == pytest.approx(expected.mean, abs=0.01)
    assert found.spread == pytest.approx(expected.spread, abs=0.01)
    assert np.corrcoef(there.ravel(), own.ravel())[0, 1] > 0.999


def test_no_feature_falls_below_zero_and_silent_channels_stay_finite(tmp_path: Path) -> None:
    silent, wanted = np.zeros((200, 3, 3, 2), np.float16), features(0.2, 1.0, 1)
    there = moved(silent, look_of(silent, EVERYTHING), look_of(wanted, EVERYTHING), tmp_path / "silent.npy")
    assert np.isfinite(there).all()
    loud = moved(wanted, look_of(wanted, EVERYTHING), look_of(silent, EVERYTHING), tmp_path / "loud.npy")
    assert loud.min() == 0
