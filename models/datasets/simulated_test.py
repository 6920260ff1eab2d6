"""Simulated karyograms of validation cases with their truth, drawn by all cores while they are judged."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from functools import cache
from multiprocessing.pool import AsyncResult
from pathlib import Path

from models.card import Card
from models.datasets.labels import LabelledPicture, Page, validation_split
from models.datasets.simulated_set import Recipe, draw_karyogram
from models.judging.uncertainty import Label
from models.simulation.karyograms import Karyogram, MaterialSource
from models.simulation.pages.families import Variety

ABNORMAL_SHARE = 0.5
"""Of the pictures: figures of each kind need many abnormal ones, and none of them depends on this share."""

TEST_SEED = 20_000
"""Far from the seeds of trainings, which count up from small ones."""

_PAGES = {
    Variety.FIXED: "one fixed layout",
    Variety.MOSAIC: "chromosomes packed in any order instead of pages",
    Variety.WIDE: "pages of the families that training shows",
    Variety.HELD_OUT: "pages of families that no training shows",
}
_BATCH = 16
_BATCHES_AHEAD = 4

Labelled = tuple[LabelledPicture, Page]


def recipe_for(card: Card, crops: Path | None, seed: int, variety: Variety, profile: str = "training") -> Recipe:
    """Return the recipe of pictures that a model was not trained on.

    Args:
        card: its card, which tells the validation cases.
        crops: archive of real crops, of which those of validation cases are recombined; painted only if left out.
        seed: of all randomness; not one of the training.
        variety: how much the pages differ; those held out are of families that no training shows.
        profile: name of the profile that says how often each abnormal karyotype occurs.

    Raises:
        LabelsError: when the card has no rule for validation cases.
    """
    return Recipe(
        seed,
        crops,
        validation_split(card),
        validation=True,
        abnormal_share=ABNORMAL_SHARE,
        variety=variety,
        profile=profile,
    )


def words_for(recipe: Recipe) -> str:
    """Say what simulated karyograms of a recipe are, for a report or a card."""
    pages, (least, most) = _PAGES[recipe.variety], recipe.widths
    drawn = f"{pages}, {least} to {most} px wide (seed {recipe.seed})"
    return f"simulated karyograms of validation cases, {drawn}: {recipe.provenance}"


def simulated(recipe: Recipe, number: int) -> Iterator[Labelled]:
    """Yield the first karyograms of a recipe, in their order; only some are in memory at any time.

    The case of a picture is that whose cell gives it its look, for a painted one its own name.

    Args:
        recipe: what they are made of.
        number: how many.
    """
    if number <= _BATCH:  # to draw so few takes less time than to start other processes
        yield from _draw_some(recipe, range(number))
        return
    workers = os.cpu_count() or 1
    jobs = [range(start, min(start + _BATCH, number)) for start in range(0, number, _BATCH)]
    waiting: deque[AsyncResult[list[Labelled]]] = deque()
    # spawned, not forked: a process that has computed with a network must not be copied
    with multiprocessing.get_context("spawn").Pool(min(workers, len(jobs))) as pool:
        for job in jobs:
            waiting.append(pool.apply_async(_draw_some, (recipe, job)))
            if len(waiting) > _BATCHES_AHEAD * workers:
                yield from waiting.popleft().get()
        while waiting:
            yield from waiting.popleft().get()


def _draw_some(recipe: Recipe, numbers: range) -> list[Labelled]:
    source = _material(recipe)
    return [_labelled(number, draw_karyogram(recipe, source, number)) for number in numbers]


@cache
def _material(recipe: Recipe) -> MaterialSource:
    """Open the material once in each process: an archive of crops takes seconds to read."""
    return recipe.material()


def _labelled(number: int, karyogram: Karyogram) -> Labelled:
    name = f"simulated-{number + 1:05d}"
    label = Label.ABNORMAL if karyogram.karyotype.abnormal else Label.NORMAL
    return LabelledPicture(name, karyogram.case or name, label, karyogram.karyotype), karyogram.page.pixels
