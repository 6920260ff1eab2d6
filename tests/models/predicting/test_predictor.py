"""A stored model gives each page the same figures, whoever asks and whatever else is asked."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.card import CardError
from models.chromosomes import CHROMOSOMES
from models.counts import miscount_probability
from models.judging.familiarity import fit
from models.judging.suggestion import UNREADABLE
from models.judging.uncertainty import measure
from models.predicting.predictor import Predictor
from models.registry import CARD_FILE, WEIGHTS_FILE, Registry, UnknownModelError, WeightsHashError
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety
from tests.models.judging.test_gate import karyogram, metaphase_spread
from tests.untrained import save_untrained

KINDS = (Kind.NORMAL, Kind.TRISOMY)
FIXED = Variety.FIXED


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("registry"))
    save_untrained(registry, "small", seed=1)
    return registry


@pytest.fixture(scope="module")
def predictor(registry: Registry) -> Predictor:
    return Predictor.load(registry, "small")


@pytest.fixture(scope="module")
def pages() -> list[NDArray[np.uint8]]:
    """Forty karyograms, each with another part wiped out and other margins."""
    generator = np.random.default_rng(0)
    pages = []
    for top, left, margin in generator.integers((0, 0, 0), (400, 500, 60), (40, 3)):
        page = karyogram().copy()
        page[top : top + 100, left : left + 150] = 255
        pages.append(np.pad(page, int(margin), constant_values=255))
    return pages


def test_a_page_far_from_the_known_ones_is_unreadable(tmp_path: Path, pages: list[NDArray[np.uint8]]) -> None:
    registry = Registry(tmp_path)
    card = save_untrained(registry, "small", seed=1)
    without = Predictor.load(registry, "small").predict(pages, passes=1)
    assert {said.distance for said in without} == {None}
    features = np.stack([said.features for said in without])
    known = fit(features, axes=8)
    limit = 1.01 * float(known.distances(features).max())
    registry.update(replace(card, gate=replace(card.gate, max_distance=limit)), known)
    near, far = Predictor.load(registry, "small").predict([pages[0], metaphase_spread()], passes=1)
    assert near.readable
    assert far.refusals[-1].startswith("The picture is unlike the karyograms the model knows (distance ")
    assert near.distance is not None
    assert far.distance is not None
    assert near.distance <= limit < far.distance
    assert far.distance == pytest.approx(known.distances(far.features[np.newaxis])[0], rel=1e-3)


def test_with_the_reader_it_counts_chromosomes(tmp_path: Path) -> None:
    """The network has random weights: what is counted right is the reader's."""
    registry = Registry(tmp_path)
    card = save_untrained(registry, "small", seed=1, passes=6)
    registry.update(replace(card, reader_sha256=registry.reader()[0].weights_sha256))
    model = Predictor.load(registry, "small")
    drawn = [simulate(np.random.default_rng(seed), painted, 0.0, KINDS[seed], 700, variety=FIXED) for seed in (0, 1)]
    normal, trisomy = model.predict([one.page.pixels for one in drawn])
    for said, one in zip((normal, trisomy), drawn, strict=True):
        assert said.copies.argmax(axis=1).tolist() == [one.karyotype.copies(name) for name in CHROMOSOMES]
        assert said.reader_copies.shape == said.network_copies.shape == (6, 24, 5)
    numbers = [finding.text for finding in trisomy.findings if finding.text.startswith("+")]
    assert numbers == [f"+{name}" for name in drawn[1].karyotype.gained]
    assert normal.miscounts.max() < 0.5 < trisomy.miscounts.min()
    assert trisomy.record is not None
    assert trisomy.record.counts == {name: drawn[1].karyotype.copies(name) for name in CHROMOSOMES}
    assert trisomy.record.evidence.miscounted == pytest.approx(
        miscount_probability(trisomy.reader_copies).mean(), abs=1e-4
    )
    assert trisomy.record.evidence.changed == pytest.approx(trisomy.changes.mean(), abs=1e-4)
    assert trisomy.record.evidence.abnormal == pytest.approx(trisomy.measures.mean_probability, abs=1e-4)
    heat = model.explain(drawn[1].page.pixels)
    assert heat.framing.side > 0


def test_what_the_reader_can_read_passes_the_gate_and_nothing_else(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    card = save_untrained(registry, "small", seed=1, passes=2)
    strict = replace(card.gate, min_ink=0.9, max_ink=1.0)  # by its ink no page would pass
    registry.update(replace(card, gate=strict, reader_sha256=registry.reader()[0].weights_sha256))
    model = Predictor.load(registry, "small")
    page = simulate(np.random.default_rng(0), painted, 0.0, Kind.NORMAL, 700, variety=FIXED).page.pixels
    read, spread, blank = model.predict([page, metaphase_spread(), np.full((300, 400), 255, np.uint8)])
    assert read.readable
    assert not spread.readable
    assert blank.refusals[0] == "Only 0 chromosomes can be read (at least 30 expected)."
    assert any("Hardly anything is drawn" in reason for reason in blank.refusals)


@pytest.mark.parametrize(("processors", "threads"), [(2, 2), (64, 4), (None, 1)])
def test_no_more_pages_are_read_at_once_than_there_are_processors_and_never_many(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch, processors: int | None, threads: int
) -> None:
    pools: list[int] = []

    class Recorded(ThreadPoolExecutor):
        def __init__(self, max_workers: int) -> None:
            pools.append(max_workers)
            super().__init__(max_workers)

    monkeypatch.setattr("models.predicting.predictor.ThreadPoolExecutor", Recorded)
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    assert len(predictor.predict([karyogram()] * 3, passes=1)) == 3
    assert pools == [threads]


def test_another_reader_is_refused(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.update(replace(save_untrained(registry, "small"), reader_sha256="0" * 64))
    with pytest.raises(WeightsHashError, match="small: reader must be '0000"):
        Predictor.load(registry, "small")


def test_a_page_has_the_same_figures_alone_in_a_batch_and_from_two_engines(
    registry: Registry, predictor: Predictor, pages: list[NDArray[np.uint8]]
) -> None:
    together = predictor.predict(pages, passes=30)
    elsewhere = Predictor.load(registry, "small")
    for index in (0, 9, 39):
        for one in (predictor, elsewhere):
            alone = one.predict([pages[index]], passes=30)[0]
            np.testing.assert_array_equal(alone.pass_probabilities, together[index].pass_probabilities)
            assert alone.measures == together[index].measures
            assert alone.findings == together[index].findings
    assert len({said.measures.mean_probability for said in together}) > 20


def test_threads_take_turns(predictor: Predictor, pages: list[NDArray[np.uint8]]) -> None:
    expected = predictor.predict(pages[:4], passes=10)
    found: dict[int, float] = {}

    def ask(index: int) -> None:
        found[index] = predictor.predict([pages[index]], passes=10)[0].measures.mean_probability

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {index: said.measures.mean_probability for index, said in enumerate(expected)}


def test_a_prediction_is_complete(predictor: Predictor) -> None:
    said = predictor.predict([karyogram()])[0]
    assert said.readable
    assert said.refusals == ()
    assert said.pass_probabilities.shape == (predictor.card.passes,)
    assert said.measures == measure(said.raw_probabilities, predictor.card.calibration, said.miscounts)
    assert said.copies.shape == (24, 5)
    assert said.record is None  # no reader, no reading
    assert np.mean(said.pass_probabilities) == pytest.approx(said.measures.calibrated_probability, abs=1e-6)
    assert predictor.precision in {"float32", "bfloat16"}
    assert predictor.device


def test_a_heat_map_lies_where_the_karyogram_lies(predictor: Predictor) -> None:
    page = np.pad(karyogram(), ((0, 0), (200, 40)), constant_values=255)
    found = predictor.explain(page, passes=10)
    left, top, side = found.framing.left, found.framing.top, found.framing.side
    ink = np.argwhere(page < 100)
    assert (ink >= (top - 3, left - 3)).all()
    assert (ink <= (top + side + 3, left + side + 3)).all()
    assert side < 1.1 * max(karyogram().shape)
    assert found == predictor.explain(page, passes=10)
    assert found.side > 5
    assert found.grid.max() == 255


def test_what_is_no_karyogram_is_not_readable(predictor: Predictor) -> None:
    blank, spread = predictor.predict([np.full((200, 300), 255, np.uint8), metaphase_spread()], passes=2)
    assert not blank.readable
    assert not spread.readable
    assert "rows" in " ".join(spread.refusals)
    assert spread.suggestion == UNREADABLE


def test_no_page_gives_no_prediction(predictor: Predictor) -> None:
    assert predictor.predict([]) == []


@pytest.mark.parametrize("passes", [0, -1, 1001])
def test_passes_have_limits(predictor: Predictor, passes: int) -> None:
    for ask in (lambda: predictor.predict([karyogram()], passes), lambda: predictor.explain(karyogram(), passes)):
        with pytest.raises(ValueError, match=f"passes must lie between 1 and 1000, got {passes}"):
            ask()


def test_a_page_must_be_grey(predictor: Predictor) -> None:
    with pytest.raises(ValueError, match="page must be a grey picture"):
        predictor.predict([np.zeros((200, 200, 3), np.uint8)], passes=2)


def test_damaged_models_are_refused(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    save_untrained(registry, "small")
    with pytest.raises(UnknownModelError):
        Predictor.load(registry, "large")
    with pytest.raises(ValueError, match="precision must be"):
        Predictor.load(registry, "small", precision="int8")
    with (tmp_path / "small" / WEIGHTS_FILE).open("ab") as weights:
        weights.write(b"\0")
    with pytest.raises(WeightsHashError):
        Predictor.load(registry, "small")
    card = tmp_path / "small" / CARD_FILE
    card.write_text(json.dumps({**json.loads(card.read_text()), "preprocessing": "squash-0"}))
    with pytest.raises(CardError, match=r"small: preprocessing must be one of .* got 'squash-0'"):
        Predictor.load(registry, "small")
