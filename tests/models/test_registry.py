"""The registry vouches for weights by their hash, and names what is wrong."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.card import Card, CardError
from models.card_page import card_page
from models.judging.familiarity import fit
from models.registry import (
    CARD_FILE,
    FAMILIARITY_FILE,
    PAGE_FILE,
    WEIGHTS_FILE,
    Registry,
    UnknownModelError,
    WeightsHashError,
    default_registry,
)
from tests.conftest import REPOSITORY
from tests.models.test_card import CARD

FAMILIARITY = fit(np.random.default_rng(1).normal(size=(50, 8)).astype(np.float32), axes=2)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry")


@pytest.fixture
def stored(registry: Registry, tmp_path: Path) -> Card:
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    return registry.save(CARD, file)


def test_an_empty_registry_has_no_models(registry: Registry) -> None:
    assert registry.names() == []
    with pytest.raises(UnknownModelError, match=r"model must be one of \[\], got 'vgg16'"):
        registry.card("vgg16")


def test_a_saved_model_is_found_again(registry: Registry, stored: Card) -> None:
    assert registry.names() == ["vgg16"]
    assert registry.card("vgg16") == stored == replace(CARD, weights_sha256=stored.weights_sha256)
    assert registry.weights("vgg16").read_bytes() == b"weights"


def test_saving_again_replaces_the_model(registry: Registry, stored: Card, tmp_path: Path) -> None:
    file = tmp_path / "better"
    file.write_bytes(b"better weights")
    better = registry.save(CARD, file)
    assert better.weights_sha256 != stored.weights_sha256
    assert registry.weights("vgg16").read_bytes() == b"better weights"
    assert sorted(path.name for path in (registry.folder / "vgg16").iterdir()) == sorted(
        [CARD_FILE, PAGE_FILE, WEIGHTS_FILE]
    )


def test_a_new_card_comes_with_its_page_and_keeps_the_weights(registry: Registry, stored: Card) -> None:
    renewed = registry.update(replace(stored, passes=7))
    assert registry.card("vgg16") == renewed
    assert (registry.folder / "vgg16" / PAGE_FILE).read_text(encoding="utf-8") == card_page(renewed)
    assert registry.weights("vgg16").read_bytes() == b"weights"


def test_a_card_that_vouches_for_other_weights_is_not_stored(registry: Registry, stored: Card) -> None:
    with pytest.raises(WeightsHashError, match="SHA-256 must be"):
        registry.update(replace(stored, weights_sha256="00" * 32))
    assert registry.card("vgg16") == stored


@pytest.mark.usefixtures("stored")
def test_other_weights_are_refused(registry: Registry) -> None:
    (registry.folder / "vgg16" / WEIGHTS_FILE).write_bytes(b"Weights")
    with pytest.raises(WeightsHashError, match="SHA-256 must be"):
        registry.weights("vgg16")
    (registry.folder / "vgg16" / WEIGHTS_FILE).unlink()
    with pytest.raises(WeightsHashError, match="the file is missing"):
        registry.weights("vgg16")


@pytest.mark.usefixtures("stored")
def test_a_card_must_be_that_of_its_folder(registry: Registry) -> None:
    (registry.folder / "vgg16").rename(registry.folder / "other")
    with pytest.raises(CardError, match="name must be that of the folder, 'other', got 'vgg16'"):
        registry.card("other")


def test_a_model_without_a_familiarity_measures_no_distance(registry: Registry, stored: Card) -> None:
    assert stored.familiarity_sha256 == ""
    assert registry.familiarity("vgg16") is None


def test_a_familiarity_is_stored_beside_the_weights(registry: Registry, stored: Card) -> None:
    card = registry.update(stored, FAMILIARITY)
    assert registry.card("vgg16") == card
    assert registry.weights("vgg16").read_bytes() == b"weights"
    found = registry.familiarity("vgg16")
    assert found is not None
    np.testing.assert_array_equal(found.axes, FAMILIARITY.axes)
    assert registry.update(replace(card, created="later")).familiarity_sha256 == card.familiarity_sha256
    assert registry.familiarity("vgg16") is not None


def test_other_weights_forget_the_familiarity(registry: Registry, stored: Card, tmp_path: Path) -> None:
    card = registry.update(stored, FAMILIARITY)
    registry.save(card, tmp_path / "weights")
    assert registry.familiarity("vgg16") is None
    assert not (registry.folder / "vgg16" / FAMILIARITY_FILE).exists()


def test_another_familiarity_is_refused(registry: Registry, stored: Card) -> None:
    registry.update(stored, FAMILIARITY)
    (registry.folder / "vgg16" / FAMILIARITY_FILE).write_bytes(b"another")
    with pytest.raises(WeightsHashError, match=r"familiarity\.npz: SHA-256 must be"):
        registry.familiarity("vgg16")


@pytest.mark.usefixtures("stored")
def test_a_damaged_card_is_named_with_its_file(registry: Registry) -> None:
    (registry.folder / "vgg16" / CARD_FILE).write_text("{}")
    with pytest.raises(CardError, match=r"card\.json: fields are missing"):
        registry.card("vgg16")


@pytest.mark.parametrize("name", ["", "..", "../vgg16", "VGG16", "a/b", "a" * 65])
def test_a_name_must_be_the_name_of_a_folder_everywhere(registry: Registry, tmp_path: Path, name: str) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    with pytest.raises(ValueError, match="name must be lower-case"):
        registry.save(replace(CARD, name=name), file)


@pytest.mark.usefixtures("stored")
def test_no_name_leads_out_of_the_registry(registry: Registry) -> None:
    with pytest.raises(UnknownModelError):
        Registry(registry.folder / "vgg16").card("../vgg16")


def test_the_default_registry_lies_beside_the_package() -> None:
    assert default_registry().folder.parts[-2:] == ("models", "registry")


def test_reading_the_registry_loads_no_network() -> None:
    code = "import models.registry, models.__main__, sys; sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0
