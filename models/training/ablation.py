"""What each part of a training is worth: small trainings that differ in one thing, measured on the same pictures.

Source: design section 7 (what works and what does not).
Command: ``python -m models ablate --out FOLDER --crops ZIP --karyograms FOLDER``.
Cost: drawing two minutes and the rest four for each of six trainings, on one H200 with 16 processor cores, where the
processor is what they wait for; without a GPU some hours each.
Result to reach: the source task and the chromosomes of real cells each raise the area under the curve.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import keras
import numpy as np

from models.card import Card
from models.counts import miscount_probability
from models.datasets.labels import LabelledPicture, Page, load, read_labels, validation_cases
from models.datasets.simulated_set import Recipe
from models.datasets.simulated_test import TEST_SEED, recipe_for, simulated
from models.measuring.copy_numbers import true_copies
from models.measuring.evaluation import JudgedPicture, judge
from models.measuring.intervals import auc_interval
from models.measuring.metrics import Outcomes, area_under_curve
from models.measuring.report import outcomes_of
from models.networks.devices import Precision, building_in
from models.networks.dropout import SubNetworks
from models.predicting.predictor import Predictor
from models.predicting.preparing import Preparer
from models.preparation import framing
from models.registry import default_registry
from models.simulation.pages.families import Variety
from models.training.phases import ON_FRAMED_PAGES, Phase, rescaled
from models.training.progress import Reporter
from models.training.trainer import Trainer

EPOCHS = 10
"""How often each page is seen, a little varied each time: on a GPU to draw it takes longer than to learn from it."""

TEST_PICTURES = 600

_NOTHING_ELSE = 1e4  # so heavy in the loss that the tasks beside normal against abnormal weigh nothing
_FIGURES_FILE = "figures.json"
_HEADER = "| training | measured on | n (abnormal) | AUC, thesis' head | AUC, counts | all 24 numbers right |"


@dataclass(frozen=True)
class Variant:
    """One training: a ``name`` for its folder, what it is in plain ``words``, what of, and how."""

    name: str
    words: str
    recipe: Recipe
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Result:
    """How one training did on one kind of pictures, simulated of a variety or real, all of validation cases.

    ``auc`` ranks by the thesis' head, ``counts_auc`` by how likely the findings head holds a wrong number of some
    chromosome; both with 95 % intervals by case. ``right`` is the share of the karyograms with all 24 numbers right.
    """

    training: str
    data: str
    n: int
    n_abnormal: int
    auc: float
    auc_low: float
    auc_high: float
    counts_auc: float
    counts_auc_low: float
    counts_auc_high: float
    right: float


@dataclass(frozen=True)
class Bench:
    """What all trainings share.

    ``architecture``: a value of ``models.networks.choices.Architecture``. ``crops``: archive of real crops, those of
    training cases to train on, those of validation cases to measure on. ``karyograms``: folder with labels.csv and real
    pictures. ``seed``: of all randomness. ``precision``: what the networks compute in.
    """

    architecture: str
    crops: Path
    karyograms: Path
    seed: int
    precision: Precision


def phases_for(architecture: str, size: int, budget: float) -> tuple[Phase, ...]:
    """Return the training as it should be: the whole one on framed pages, with fewer of them, each seen oftener.

    Args:
        architecture: a value of ``models.networks.choices.Architecture``.
        size: ``SMALLEST_SIZE`` to ``LARGEST_SIZE`` of ``models.training.phases``, in pixels.
        budget: as many pages as the whole training has.
    """
    return tuple(replace(phase, epochs=EPOCHS) for phase in rescaled(ON_FRAMED_PAGES[architecture], size, budget))


def variants(bench: Bench, phases: tuple[Phase, ...]) -> tuple[Variant, ...]:
    """Return the trainings: one as it should be, then one for each thing that is left out; all see as many pictures.

    Args:
        bench: what they share.
        phases: of the training as it should be.
    """
    whole = Recipe(bench.seed, bench.crops, preparation=framing.NAME)
    unspoilt = tuple(replace(phase, spoilt_share=0.0) for phase in phases)
    direct = tuple(replace(phase, abnormal_weight=_NOTHING_ELSE, dense_share=0.0) for phase in phases)
    return (
        Variant("whole", "real and painted chromosomes, wide pages, source task", whole, phases),
        Variant("painted", "painted chromosomes only", replace(whole, crops=None), phases),
        Variant("recombined", "real chromosomes only", replace(whole, painted_share=0.0), phases),
        Variant("fixed", "pages of one fixed layout", replace(whole, variety=Variety.FIXED), phases),
        Variant("unspoilt", "no spoilt pages", whole, unspoilt),
        Variant("direct", "no source task: normal against abnormal alone", whole, direct),
    )


def ablate(out: Path, bench: Bench, chosen: Sequence[Variant]) -> list[Result]:
    """Train and measure each variant, unless that has been done, and write ``ablation.csv`` and ``ablation.md``.

    Args:
        out: folder for data, checkpoints and results; the same command goes on where it stopped.
        bench: what the variants share.
        chosen: the variants, at least one.
    """
    results = []
    for variant in chosen:
        file = out / variant.name / _FIGURES_FILE
        if not file.exists():
            with building_in(bench.precision):
                trainer = Trainer(bench.architecture, variant.recipe, out / variant.name, Reporter())
                found = list(_measure(trainer.run(variant.phases), variant, bench))
            file.write_text(json.dumps([asdict(result) for result in found], indent=2) + "\n", encoding="utf-8")
        results += [Result(**values) for values in json.loads(file.read_text(encoding="utf-8"))]
    _write_csv(out / "ablation.csv", results)
    (out / "ablation.md").write_text(table(results), encoding="utf-8")
    return results


def table(results: Sequence[Result]) -> str:
    """Write results as a table in Markdown."""
    rows = [
        f"| {found.training} | {found.data.replace('_', ' ')} | {found.n} ({found.n_abnormal}) "
        f"| {found.auc:.3f} ({found.auc_low:.3f} to {found.auc_high:.3f}) "
        f"| {found.counts_auc:.3f} ({found.counts_auc_low:.3f} to {found.counts_auc_high:.3f}) | {found.right:.3f} |"
        for found in results
    ]
    return "\n".join([_HEADER, "|---|---|---|---|---|---|", *rows]) + "\n"


def _measure(network: keras.Model, variant: Variant, bench: Bench) -> Iterator[Result]:
    card = Card(
        name=variant.name,
        architecture=network.name,
        input_size=int(network.input_shape[1]),
        preprocessing=variant.recipe.preparation,
        seed=bench.seed,
        training={"validation_rule": asdict(variant.recipe.split)},
    )
    preparer = Preparer(card.preprocessing, default_registry())
    model = Predictor(card, SubNetworks(network, card.seed), preparer, bench.precision)
    for variety in (Variety.WIDE, Variety.HELD_OUT):
        recipe = recipe_for(card, bench.crops, TEST_SEED, variety)
        yield _result(variant.words, f"simulated_{variety}", model, simulated(recipe, TEST_PICTURES))
    real = validation_cases(read_labels(bench.karyograms), card)
    yield _result(variant.words, "real", model, load(bench.karyograms, real))


def _result(words: str, data: str, model: Predictor, labelled: Iterable[tuple[LabelledPicture, Page]]) -> Result:
    judged = list(judge(model, labelled))
    head = outcomes_of(judged, model.card.calibration.prevalence)
    copies = np.stack([item.prediction.network_copies.mean(axis=0) for item in judged])
    counts = replace(head, score=miscount_probability(copies))
    return Result(
        words,
        data,
        len(judged),
        int(head.abnormal.sum()),
        *_area(head),
        *_area(counts),
        right=_all_right(judged),
    )


def _area(table: Outcomes) -> tuple[float, float, float]:
    return area_under_curve(table.abnormal, table.score, np.ones(table.score.size)), *auc_interval(table)


def _all_right(judged: Sequence[JudgedPicture]) -> float:
    known = [(item.prediction.copies, item.picture.karyotype) for item in judged if item.picture.karyotype]
    return float(np.mean([np.array_equal(said.argmax(axis=-1), true_copies(karyotype)) for said, karyotype in known]))


def _write_csv(path: Path, results: Sequence[Result]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Result)])
        writer.writeheader()
        writer.writerows(asdict(result) for result in results)
