"""From simulated pages to a reader in the registry: lessons, training, measures, figures."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import keras

from models.datasets.crop_measures import measure
from models.datasets.crop_set import CropSet
from models.datasets.labels import load, read_labels
from models.datasets.pair_set import PairSet
from models.datasets.simulated_set import Recipe
from models.datasets.simulated_test import ABNORMAL_SHARE, TEST_SEED, simulated, words_for
from models.judging.findings import FindingLimits
from models.measuring.readings import reading_report
from models.networks.devices import building_in, choose_precision
from models.networks.segmentation_network import build_segmentation_network
from models.networks.weights import read_weights, write_weights
from models.predicting.page_reader import PageReader
from models.predicting.reader_networks import ReaderNetworks
from models.reading.card import ReaderCard
from models.reading.segmentation import KINDS
from models.registry import Registry
from models.simulation.pages.families import Variety
from models.training.crop_training import CropPlan, train_crop_network
from models.training.pair_training import PairPlan, limit_of_suspicion, train_pair_network
from models.training.progress import Reporter
from models.training.reader_plan import ReaderPlan
from models.training.releasing import commit
from models.training.segmentation_training import SegmentationPlan, train_segmentation_network

_TEST_WIDTHS = 500, 2500


def release_reader(plan: ReaderPlan, registry: Registry, reporter: Reporter) -> ReaderCard:
    """Train a reader, store and measure it.

    Returns:
        The card as stored.

    Raises:
        LabelsError: the real karyograms cannot be used.
        ValueError: the pages are too few to show every chromosome by itself.
    """
    recipe = plan.crop_pages
    segmentation = SegmentationPlan(patches=plan.patches, seed=plan.seed)
    network = _segmentation(plan, segmentation, reporter)
    with reporter.waiting(f"finding the chromosomes of {plan.pages} simulated pages"):
        found = CropSet.write(plan.work / "lessons", recipe, plan.pages, plan.segmentation_file)
    training = CropPlan(views=plan.views, seed=plan.seed)
    with building_in(choose_precision("auto")):
        crops = train_crop_network(training, found, reporter)
        networks = replace(ReaderNetworks.build(), segmentation=network, crops=crops)
    card = ReaderCard(
        seed=plan.seed,
        measures=measure(found),
        training={
            "data": f"objects of {plan.pages:,} simulated pages: {recipe.provenance}",
            "validation_rule": asdict(recipe.split),
            "plan": asdict(training),
            "segmentation": {
                "data": f"{plan.pages:,} simulated pages: {recipe.provenance}",
                "plan": asdict(segmentation),
            },
        },
        commit=commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    card, networks = with_homologues(card, networks, plan, reporter)
    weights = plan.work / "reader.weights.h5"
    write_weights(networks.joined(), weights)
    return measure_reader(registry.save_reader(card, weights), plan, registry)


def _segmentation(plan: ReaderPlan, training: SegmentationPlan, reporter: Reporter) -> keras.Model:
    """Train the segmentation network on pages of its own; those who cut out the lessons read its weights from disk."""
    file = plan.segmentation_file
    if not file.exists():
        found = plan.draw_segmentation_pages(reporter)
        with building_in(choose_precision("auto")):
            write_weights(train_segmentation_network(training, found, reporter), file)
    network = build_segmentation_network(len(KINDS))
    read_weights(network, file)
    return network


def with_homologues(
    card: ReaderCard, networks: ReaderNetworks, plan: ReaderPlan, reporter: Reporter
) -> tuple[ReaderCard, ReaderNetworks]:
    """Train the comparison of homologues on what the reader, as far as it is trained, finds on other pages."""
    pages = max(1, plan.pages // 2)
    with reporter.waiting(f"pairing up the chromosomes of {pages} simulated pages"):
        reader = PageReader(card, networks)
        found = CropSet.write(plan.work / "homologues", plan.homologue_pages, pages, plan.segmentation_file)
        pairs = PairSet.find(reader, found)
    training = PairPlan(seed=plan.seed)
    with building_in(choose_precision("auto")):
        network = train_pair_network(training, pairs, reporter)
    words = f"{len(pairs):,} pairs on {pages:,} simulated pages, {int(pairs.changed.sum()):,} of them changed"
    homologues = {"data": words, "plan": asdict(training)}
    limits = FindingLimits(structural=limit_of_suspicion(network, pairs))
    card = replace(card, findings=limits, training={**card.training, "homologues": homologues})
    return card, replace(networks, pairs=network)


def measure_reader(card: ReaderCard, plan: ReaderPlan, registry: Registry) -> ReaderCard:
    """Measure the reader in a registry, and write the figures on its card."""
    reader = PageReader.load(registry)
    split = Recipe(0).split
    metrics: dict[str, Any] = {}
    if plan.karyograms is not None:
        held_out = [item for item in read_labels(plan.karyograms) if split.is_validation(item.case_id)]
        words = f"real karyograms of validation cases ({plan.karyograms.name})"
        metrics["real"] = {"data": words, **reading_report(reader, load(plan.karyograms, held_out))}
    tested = Recipe(TEST_SEED, plan.crops, validation=True, abnormal_share=ABNORMAL_SHARE, widths=_TEST_WIDTHS)
    for variety in (Variety.WIDE, Variety.HELD_OUT):
        recipe = replace(tested, variety=variety)
        figures = reading_report(reader, simulated(recipe, plan.test_pages))
        metrics[f"simulated_{variety}"] = {"data": words_for(recipe), **figures}
    return registry.update_reader(replace(card, metrics=metrics))
