"""The models that ship: weights are those of the cards, and on real karyograms they do what the cards say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.datasets.labels import load, read_labels, validation_cases
from models.judging.uncertainty import Label
from models.measuring.evaluation import judge
from models.measuring.report import report
from models.networks.architectures import build_network, thesis_part
from models.networks.weights import read_weights
from models.predicting.predictor import Predictor
from models.registry import default_registry
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety
from tests.servers import REPOSITORY

NAME = "vgg16"
SHIPPED = {
    "vgg16": ("vgg16", 288, 14_847_297),
    "vgg16-150": ("vgg16", 150, 14_847_297),
    "inceptionv3": ("inceptionv3", 299, 22_328_609),
    "inceptionv3-arranged": ("inceptionv3", 171, 22_328_609),
}
"""By name: architecture, size of the pictures in pixels, and parameters of the thesis' network."""

SAMPLES = REPOSITORY / "dashboard" / "samples"


Shipped = Callable[[str], Predictor]


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    """A model by its name, loaded once for all tests that ask for it."""
    return cache(lambda name: Predictor.load(default_registry(), name))


@pytest.fixture
def predictor(shipped: Shipped) -> Predictor:
    return shipped(NAME)


@pytest.fixture(scope="module")
def samples() -> list[NDArray[np.uint8]]:
    return [np.asarray(Image.open(path).convert("L")) for path in sorted(SAMPLES.glob("*.png"))]


@pytest.mark.parametrize("name", SHIPPED)
def test_card_tells_provenance_and_rule(name: str) -> None:
    card = default_registry().card(name)
    assert card.training["validation_rule"] == {"modulus": 3, "remainder": 2}
    assert "simulated" in card.training["data"]
    assert card.metrics["real"]["n"] == 117
    assert "real karyograms of validation cases" in card.metrics["real"]["data"]
    for variety in ("wide", "held_out"):
        assert "simulated karyograms of validation cases" in card.metrics[f"simulated_{variety}"]["data"]


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_the_network_of_the_thesis(name: str) -> None:
    registry = default_registry()
    card = registry.card(name)
    network = build_network(card.architecture, card.input_size)
    read_weights(network, registry.weights(name))
    assert (card.architecture, card.input_size, thesis_part(network).count_params()) == SHIPPED[name]


def test_same_figures_alone_in_a_batch_and_from_two_engines(
    predictor: Predictor, samples: list[NDArray[np.uint8]]
) -> None:
    pages = (samples * 2)[:16]
    crowd = predictor.predict(pages)
    second = Predictor.load(default_registry(), NAME).predict(pages[::-1])[::-1]
    for index in (0, 7, 15):
        (alone,) = predictor.predict([pages[index]])
        for other in (crowd[index], second[index]):
            # equal but for the last digit: processors with AVX2 round the rows of a matrix by where they lie
            np.testing.assert_allclose(alone.pass_probabilities, other.pass_probabilities, atol=1e-6)
            assert asdict(alone.measures) == pytest.approx(asdict(other.measures), abs=1e-5)
            assert alone.findings == other.findings


@pytest.mark.parametrize("name", SHIPPED)
def test_simulated_samples_pass_the_gate(name: str, shipped: Shipped, samples: list[NDArray[np.uint8]]) -> None:
    assert all(prediction.readable for prediction in shipped(name).predict(samples, passes=1))


def test_both_networks_judge_alike_what_is_clear(shipped: Shipped) -> None:
    """Painted pages of one layout: a wrong number is told from a normal set by either model."""
    kinds = [Kind.NORMAL, Kind.TRISOMY, Kind.XXY] * 2
    drawn = [
        simulate(np.random.default_rng([79, seed]), painted, 0.0, kind, 700, variety=Variety.FIXED)
        for seed, kind in enumerate(kinds)
    ]
    truth = np.array([karyogram.karyotype.abnormal for karyogram in drawn])
    for name in SHIPPED:
        said = shipped(name).predict([karyogram.page.pixels for karyogram in drawn], 10)
        probability = np.array([prediction.measures.calibrated_probability for prediction in said])
        assert probability[truth].min() > probability[~truth].max()


def test_it_tells_normal_from_abnormal_on_simulated_pages(predictor: Predictor) -> None:
    seeds = range(24)
    drawn = [
        simulate(np.random.default_rng([77, seed]), painted, float(seed % 2), width=700, variety=Variety.FIXED)
        for seed in seeds
    ]
    said = predictor.predict([karyogram.page.pixels for karyogram in drawn])
    means = np.array([prediction.measures.mean_probability for prediction in said])
    truth = np.array([karyogram.karyotype.abnormal for karyogram in drawn])
    assert means[truth].mean() > means[~truth].mean() + 0.1


@pytest.mark.parametrize("name", SHIPPED)
def test_the_evidence_for_a_trisomy_lies_at_its_chromosomes(name: str, shipped: Shipped) -> None:
    """On simulated pages, where it is known which chromosome is too many; by chance it would be one in twelve."""
    model, hits = shipped(name), []
    for seed in range(8):
        drawn = simulate(np.random.default_rng([78, seed]), painted, 1.0, Kind.TRISOMY, variety=Variety.FIXED)
        (place,) = drawn.karyotype.gained
        boxes = np.array([standing.box for standing in drawn.page.standing if standing.place == place])
        (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        x, y = model.explain(drawn.page.pixels).peak()
        slack = (right - left) / len(boxes) / 2  # half a chromosome's width
        hits.append(left - slack <= x <= right + slack and top - slack <= y <= bottom + slack)
    assert sum(hits) >= 6


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_validation_cases_of_real_karyograms(predictor: Predictor, shared_data: Path, *, step: int) -> None:
    """All abnormal ones, and every so many of the normal ones."""
    folder = shared_data / "karyograms"
    labelled = validation_cases(read_labels(folder), predictor.card)
    assert len(labelled) == 117
    abnormal = [item for item in labelled if item.label is Label.ABNORMAL]
    chosen = abnormal + [item for item in labelled if item.label is Label.NORMAL][::step]
    figures = report(
        list(judge(predictor, load(folder, chosen), passes=20)), predictor.card.calibration.prevalence, resamples=20
    )
    assert (figures["n"], figures["n_abnormal"]) == (len(chosen), 6)
    assert figures["auc"] >= 0.97
    assert figures["outcomes"].get("flagged_unreadable", 0) == 0
    assert figures["auc"] == pytest.approx(predictor.card.metrics["real"]["auc"], abs=0.01)
    assert figures["missed_abnormal"] == 0
    assert figures["copy_numbers"]["normal"]["autosomes"]["share"] > 0.99
