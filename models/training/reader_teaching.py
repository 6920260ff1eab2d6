"""A stored reader that goes on learning, from other pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import keras

from models.datasets.crop_set import CropSet
from models.networks.devices import building_in, choose_precision
from models.networks.weights import read_weights, write_weights
from models.predicting.reader_networks import ReaderNetworks
from models.reading.card import ReaderCard
from models.registry import Registry
from models.training.crop_training import CropPlan, train_crop_network
from models.training.progress import Reporter
from models.training.reader_plan import Part, ReaderPlan
from models.training.reader_release import measure_reader, with_homologues
from models.training.releasing import commit
from models.training.segmentation_training import SegmentationPlan, train_segmentation_network

_SEGMENTATION_RATE = 4e-4  # a fifth of that at which it begins to learn
_CROP_RATE = 5e-4  # half of it

_OTHERS = "other simulated pages, most of them spoilt by patches, frames, stripes, words or bars"
_MEAN = "stored is the mean of the weights before and after"

Taught = dict[str, Any]


def teach_further(plan: ReaderPlan, registry: Registry, reporter: Reporter, parts: Collection[Part]) -> ReaderCard:
    """Let the stored reader go on learning from other pages, spoilt ones among them, and measure it again.

    The crop network learns from what the segmentation cuts out then. Stored is the mean of the weights before and
    after: what is new is learnt, and little of what was known forgotten. The comparison of homologues begins anew.

    Args:
        plan: of what is learnt now.
        registry: where the reader is stored.
        reporter: is told how far it is.
        parts: what learns; all else stays.

    Returns:
        The card as stored.

    Raises:
        ReaderCardError: the card of the reader is damaged.
        WeightsHashError: its weights are missing or not those of the card.
        LabelsError: the real karyograms cannot be used.
    """
    card, file = registry.reader()
    plan.work.mkdir(parents=True, exist_ok=True)
    with building_in(choose_precision("auto")):
        networks = ReaderNetworks.build()
        read_weights(networks.joined(), file)
        training = dict(card.training)
        if Part.SEGMENTATION in parts:
            taught = _teach_segmentation(networks.segmentation, plan, reporter)
            training["segmentation"] = _with(training.get("segmentation", {}), taught)
        write_weights(networks.segmentation, plan.segmentation_file)
        if Part.CROPS in parts:
            training = _with(training, _teach_crops(networks.crops, plan, reporter))
    card = replace(card, training=training)
    if Part.HOMOLOGUES in parts:
        card, networks = with_homologues(card, networks, plan, reporter)
    weights = plan.work / "reader.weights.h5"
    write_weights(networks.joined(), weights)
    card = replace(card, commit=commit(), created=datetime.now(UTC).isoformat(timespec="seconds"))
    return measure_reader(registry.save_reader(card, weights), plan, registry)


def _with(learnt: Mapping[str, Any], taught: Taught) -> dict[str, Any]:
    """Return what a network has learnt, and what it was taught further."""
    return {**learnt, "further": [*learnt.get("further", []), taught]}


def _teach_segmentation(network: keras.Model, plan: ReaderPlan, reporter: Reporter) -> Taught:
    """Teach the segmentation, and tell from what."""
    training = SegmentationPlan(patches=plan.patches, learning_rate=_SEGMENTATION_RATE, seed=plan.seed)
    found = plan.draw_segmentation_pages(reporter)
    before = network.get_weights()
    train_segmentation_network(training, found, reporter, network)
    _average(network, before)
    return {
        "data": f"{plan.pages:,} {_OTHERS}: {plan.segmentation_pages.provenance}; {_MEAN}",
        "plan": asdict(training),
    }


def _teach_crops(network: keras.Model, plan: ReaderPlan, reporter: Reporter) -> Taught:
    """Teach the crop network what the segmentation cuts out, and tell from what."""
    training = CropPlan(views=plan.views, learning_rate=_CROP_RATE, seed=plan.seed)
    folder, pages, eyes = plan.work / "lessons", replace(plan.crop_pages, spoilt_share=1.0), plan.segmentation_file
    with reporter.waiting(f"finding the chromosomes of {plan.pages} simulated pages"):
        found = CropSet.write(folder, pages, plan.pages, eyes)
    before = network.get_weights()
    train_crop_network(training, found, reporter, network)
    _average(network, before)
    data = f"{len(found):,} objects of {plan.pages:,} {_OTHERS}: {plan.crop_pages.provenance}; {_MEAN}"
    return {"data": data, "plan": asdict(training)}


def _average(network: keras.Model, before: list[Any]) -> None:
    """Give a network the mean of its weights and those before."""
    network.set_weights([(one + other) / 2 for one, other in zip(before, network.get_weights(), strict=True)])
