"""The reader that ships: it reads painted pages, and arranges pages of different layouts alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.judging.findings import FindingLimits
from models.judging.gate import GateLimits, illegibility
from models.predicting.page_reader import PageReader
from models.reading.card import ReaderCardError
from models.reading.conclusions import conclude
from models.registry import READER, READER_CARD_FILE, READER_WEIGHTS_FILE, Registry, WeightsHashError, default_registry
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader.load(default_registry())


@pytest.mark.parametrize("kind", [Kind.NORMAL, Kind.TRISOMY])
def test_painted_pages_are_read(reader: PageReader, kind: Kind) -> None:
    right = 0
    for seed in range(4):
        drawn = simulate(np.random.default_rng(seed), painted, 0.0, kind, 700, variety=Variety.FIXED)
        found = reader.read(drawn.page.pixels)
        assert found.reading is not None
        said = conclude(found.reading, FindingLimits())
        right += said.counts == {name: drawn.karyotype.copies(name) for name in said.counts}
    assert right >= 3


def test_a_shortened_chromosome_is_told_from_its_homologue(reader: PageReader) -> None:
    right = 0
    suspicions: dict[Kind, list[float]] = {Kind.NORMAL: [], Kind.DELETION: []}
    for seed in range(6):
        for kind, seen in suspicions.items():
            drawn = simulate(np.random.default_rng(100 + seed), painted, 0.0, kind, 700, variety=Variety.FIXED)
            reading = reader.read(drawn.page.pixels, 20).reading
            assert reading is not None
            assert reading.homologues is not None
            changed = reading.homologues.by_chromosome().mean(axis=0)
            seen.append(float(changed.max()))
            right += drawn.karyotype.changed(CHROMOSOMES[changed.argmax()])
    assert right >= 5
    assert max(suspicions[Kind.NORMAL]) < np.median(suspicions[Kind.DELETION])


def test_the_same_page_is_read_the_same(reader: PageReader) -> None:
    page = simulate(np.random.default_rng(7), painted, 0.0, Kind.NORMAL, 500, variety=Variety.FIXED).page.pixels
    first, second = reader.read(page, 5), PageReader.load(default_registry()).read(page, 5)
    assert first.reading is not None
    assert second.reading is not None
    np.testing.assert_array_equal(first.reading.counts, second.reading.counts)
    assert first.reading.numbers.shape == (5, 24)
    once = reader.read(page, 1)
    assert once.reading is not None
    np.testing.assert_array_equal(once.reading.counts, first.reading.counts)
    np.testing.assert_array_equal(once.reading.kinds, first.reading.kinds)
    assert once.reading.recognised == first.reading.recognised


def test_pages_of_different_layouts_are_arranged_alike(reader: PageReader) -> None:
    taken = []
    for seed in (1, 2):
        drawn = simulate(np.random.default_rng(seed), painted, 0.0, Kind.NORMAL, 600, variety=Variety.WIDE)
        _, placing = reader.arrange(drawn.page.pixels, 150)
        assert 30 <= len(placing.boxes) <= 60  # some touch
        # on each place the first one stands at its left
        taken.append({(left // 30, bottom) for left, _, _, bottom in placing.places.astype(int).tolist()})
    assert len(taken[0] & taken[1]) >= 20


def test_a_blank_page_has_nothing_to_read(reader: PageReader) -> None:
    blank = np.full((300, 400), 255, np.uint8)
    assert reader.read(blank).reading is None
    picture, placing = reader.arrange(blank, 100)
    assert picture.min() == 255
    assert len(placing.boxes) == 0


def test_a_page_full_of_specks_is_not_read(reader: PageReader) -> None:
    page = np.full((700, 1000), 255, np.uint8)
    for top in range(20, 660, 40):
        for left in range(20, 960, 24):
            page[top : top + 30, left : left + 10] = 0
    found = reader.read(page, 1)
    assert len(found.objects) > 300
    assert found.reading is None
    assert len(found.objects.crops) == 0
    assert reader.show(found, 100)[0].min() == 255
    assert len(reader.objects(page).crops) > 300  # lessons see them all


def test_a_page_of_several_karyograms_is_read_and_not_recognised(reader: PageReader) -> None:
    page = simulate(np.random.default_rng(7), painted, 0.0, Kind.NORMAL, 600, variety=Variety.FIXED).page.pixels
    found = reader.read(np.tile(page, (2, 3)), 2)
    assert len(found.objects) > 200
    assert found.reading is not None
    assert np.isfinite(found.reading.counts).all()
    assert np.isfinite(found.reading.copies).all()
    counted = int(found.reading.counts.argmax(axis=1).sum())
    assert illegibility(counted, found.reading.recognised, GateLimits())


def test_a_registry_without_a_reader_uses_the_one_that_ships(tmp_path: Path) -> None:
    assert Registry(tmp_path).reader()[0].weights_sha256 == default_registry().reader()[0].weights_sha256


def test_other_weights_and_a_damaged_card_are_refused(tmp_path: Path) -> None:
    card, weights = default_registry().reader()
    registry = Registry(tmp_path)
    registry.save_reader(card, weights)
    assert registry.reader()[1].parent == tmp_path / READER
    (tmp_path / READER / READER_WEIGHTS_FILE).write_bytes(b"other")
    with pytest.raises(WeightsHashError, match="SHA-256 must be"):
        PageReader.load(registry)
    (tmp_path / READER / READER_CARD_FILE).write_text("{}")
    with pytest.raises(ReaderCardError, match="fields are missing"):
        PageReader.load(registry)
