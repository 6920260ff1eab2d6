"""Records of runs for tests: drawn at random from a seed, and shaped like those that the experiments write."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.experiments import record
from models.experiments.record import (
    ByPasses,
    Configuration,
    Counts,
    Data,
    Edition,
    Epoch,
    ExperimentName,
    Predictions,
    Printed,
    Record,
    Sizes,
    Split,
    Start,
    TrainedPart,
    Trial,
)

Column = NDArray[np.float64]

# title, network, what is trained, data, and what table 5.1 of the thesis prints
ROWS: tuple[tuple[str, str, TrainedPart, Data, Printed], ...] = (
    ("original data on VGG16", "vgg16", "head", "original", Printed(0.83, 0.83, 0.56, 0.79)),
    ("original data on InceptionV3", "inceptionv3", "head", "original", Printed(0.77, 0.58, 0.78, 0.86)),
    ("processed data on VGG16", "vgg16", "head", "processed", Printed(0.97, 0.98, 0.95, 0.99)),
    ("processed data on InceptionV3", "inceptionv3", "head", "processed", Printed(0.94, 0.98, 0.86, 0.99)),
    ("VGG16 with one block trained", "vgg16", "one block", "processed", Printed(0.97, 0.98, 0.96, 0.99)),
    ("VGG16 with two blocks trained", "vgg16", "two blocks", "processed", Printed(0.98, 0.93, 0.96, 0.99)),
    ("InceptionV3 trained as a whole", "inceptionv3", "all", "processed", Printed(0.95, 1.0, 0.89, 0.99)),
)
BACKBONES = ("resnet50v2", "efficientnetv2b0", "convnexttiny", "mobilenetv3small")
EDITIONS: tuple[Edition, ...] = ("simulated", "real")
SPLITS: tuple[Split, ...] = ("as published", "by case")
STARTS: tuple[Start, ...] = ("source task", "none")
_FAILED_EVERY = 9


def write(folder: Path, records: Iterable[Record]) -> list[Record]:
    """Write runs into a folder, and return them."""
    written = list(records)
    for run in written:
        record.write(run, folder)
    return written


def few() -> list[Record]:
    """The two runs of one row of the table, with both splits."""
    return list(itertools.islice(every(), 2))


def some() -> list[Record]:
    """Of two rows of the table every run, and a search: enough for each part of the page."""
    titles = (
        "processed data on VGG16",
        "InceptionV3 trained as a whole",
        "search on VGG16",
        "100 passes, processed data on VGG16",
    )
    return [run for run in every() if run.title in titles]


def every() -> Iterator[Record]:
    """Runs of every kind, both splits of an experiment beside each other."""
    for edition, start, row, split in itertools.product(EDITIONS, STARTS, ROWS, SPLITS):
        title, network, trained, data, printed = row
        name = f"{title.lower().replace(' ', '-')}-{start.replace(' ', '-')}"
        yield run(
            name,
            title=title,
            network=network,
            edition=edition,
            split=split,
            start=start,
            trained=trained,
            data=data,
            printed=printed,
        )
    for network, split in itertools.product(BACKBONES, SPLITS):
        title = f"processed data on {network}"
        yield run(f"backbone-{network}", experiment="backbones", title=title, network=network, split=split)
    for split in SPLITS:
        yield run("passes-vgg16", experiment="confidence", title="100 passes, processed data on VGG16", split=split)
    for edition in EDITIONS:
        yield run("search-vgg16", experiment="search", title="search on VGG16", edition=edition)


def run(
    name: str,
    *,
    experiment: ExperimentName = "table-5-1",
    title: str = "processed data on VGG16",
    network: str = "vgg16",
    edition: Edition = "simulated",
    split: Split = "by case",
    start: Start = "source task",
    trained: TrainedPart = "head",
    data: Data = "processed",
    printed: Printed | None = None,
) -> Record:
    """One run with random figures of its own, the same in each call."""
    full = f"{name}-{split.replace(' ', '-')}-{edition}"
    rng = np.random.default_rng(list(full.encode()))
    test = Counts(75, 63) if split == "as published" and data == "processed" else Counts(21, 8)
    skill = rng.uniform(1.2, 2.4) + (1.6 if split == "as published" else 0.0)
    return Record(
        format=record.FORMAT,
        name=full,
        experiment=experiment,
        title=title,
        printed=printed,
        configuration=Configuration(network, start, trained, data, 224, 1e-3, 32, 20, 100, {}, 1),
        edition=edition,
        split=split,
        seed=7,
        commit="0123abc",
        created="2026-11-26T08:00:00+00:00",
        seconds=41.5,
        device="CPU",
        precision="float32",
        sizes=Sizes(Counts(240, 202), Counts(60, 51), test),
        curves=tuple(_epochs(rng, skill)),
        predictions=predictions(rng, test, skill),
        trials=tuple(_trials(rng)) if experiment == "search" else (),
        by_passes=tuple(_by_passes(rng, test, skill)) if experiment == "confidence" else (),
    )


def predictions(rng: np.random.Generator, test: Counts, skill: float) -> Predictions:
    """Predictions of some skill: the logits of the classes lie ``skill`` standard deviations apart."""
    abnormal = np.arange(test.total) < test.abnormal
    logits = 1.4 * (rng.normal(size=test.total) + skill * (abnormal - 0.5))
    passes = _sigmoid(logits[:, None] + rng.normal(scale=0.8, size=(test.total, 100)))  # (N, T)
    mean, votes = passes.mean(1), (passes >= 0.5).mean(1)
    entropy = _entropy(mean)
    names = [f"{'abnormal' if truth else 'normal'}-{number // 3 + 1:03d}" for number, truth in enumerate(abnormal)]
    files = tuple(f"{name}-copy-{number % 3}" if number % 3 else name for number, name in enumerate(names))
    columns = {
        "probability": _sigmoid(logits),
        "mean": mean,
        "agreement": np.maximum(votes, 1 - votes),
        "entropy": entropy,
        "mutual_information": np.maximum(0.0, entropy - _entropy(passes).mean(1)),
        "calibrated": _sigmoid(0.8 * logits - 0.1),
    }
    return Predictions(
        file=files,
        case_id=tuple(name.partition("-copy-")[0] for name in files),
        abnormal=tuple(int(truth) for truth in abnormal),
        **{name: tuple(round(float(value), record.DIGITS) for value in column) for name, column in columns.items()},
    )


def _epochs(rng: np.random.Generator, skill: float) -> Iterator[Epoch]:
    for epoch in range(1, 21):
        learnt = 1 - np.exp(-epoch * skill / 12)
        noise = rng.normal(scale=0.012, size=8)
        height = [0.5 + 0.48 * learnt - (0.04 if side else 0) for side in (0, 0, 0, 1, 1, 1)]
        auc, precision, recall, *validation = (
            round(float(np.clip(at + off, 0, 1)), 5) for at, off in zip(height, noise, strict=False)
        )
        losses = [
            round(float(0.72 - 0.6 * learnt + lag + abs(off)), 5) for lag, off in zip((0, 0.08), noise[6:], strict=True)
        ]
        yield Epoch(epoch, losses[0], auc, precision, recall, losses[1], *validation)


def _by_passes(rng: np.random.Generator, test: Counts, skill: float) -> Iterator[ByPasses]:
    for number in (10, 100, 1000):
        said = predictions(rng, test, skill)
        yield ByPasses(number, said.mean, said.agreement, said.entropy, said.mutual_information)


def _trials(rng: np.random.Generator) -> Iterator[Trial]:
    for number in range(40):
        rate, batch = float(10 ** rng.uniform(-5, -1.5)), int(2 ** rng.integers(3, 8))
        if number % _FAILED_EVERY == _FAILED_EVERY - 1:
            yield Trial(number, "failed", rate, batch, None, None, "loss is not a number")
            continue
        loss = 0.18 + 0.09 * (np.log10(rate) + 3.2) ** 2 + 0.02 * abs(np.log2(batch) - 5) + abs(rng.normal(scale=0.02))
        yield Trial(number, "complete", rate, batch, round(float(loss), 5), round(float(np.exp(-loss)), 5), None)


def _sigmoid(values: Column) -> Column:
    return 1 / (1 + np.exp(-values))


def _entropy(shares: Column) -> Column:
    inside = np.clip(shares, 1e-12, 1 - 1e-12)
    return -(inside * np.log(inside) + (1 - inside) * np.log(1 - inside))


def renamed(run: Record, title: str) -> Record:
    """The same run under another title."""
    return replace(run, title=title)
