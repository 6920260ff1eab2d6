"""A stored model, ready to judge pages: gate, preparation, all passes, measures and findings."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.card import Card
from models.counts import miscount_probability
from models.judging.familiarity import Familiarity
from models.judging.findings import Census, find
from models.judging.gate import GateLimits, illegibility, refusals, unfamiliarity
from models.judging.heatmap import HeatMap, fuse
from models.judging.pool import nothing_counted, pooled
from models.judging.prediction import Prediction
from models.judging.suggestion import UNREADABLE, Suggestion, suggest
from models.judging.triage import Finding
from models.judging.uncertainty import Label, measure
from models.networks.architectures import build_network
from models.networks.devices import Precision, building_in, choose_precision, device_name, has_gpu
from models.networks.dropout import Passes, SubNetworks
from models.networks.evidence import Weights, locate
from models.networks.weights import read_weights
from models.predicting.preparing import Page, Preparer
from models.preparation.preparations import Placement
from models.reading.conclusions import changes, doubts_about
from models.reading.reader import Reading
from models.reading.record import NetworkSays, to_record
from models.registry import Registry

MOST_PASSES = 1000

_CHUNK_CPU = 8
_CHUNK_GPU = 64
_MOST_THREADS = 4  # so many pages are read at once, and one of 300 objects takes some 200 MB
_NOTHING_SAID = 0.5


class Predictor:
    """A model in memory. The figures of a page do not depend on what it is judged together with.

    ``card`` is the model's card, ``precision`` what it computes in, ``device`` where, in words. Several threads may
    call ``predict``; they take turns on the network.
    """

    def __init__(
        self,
        card: Card,
        networks: SubNetworks,
        preparer: Preparer,
        precision: Precision,
        familiarity: Familiarity | None = None,
    ) -> None:
        """Use ``load`` instead, which rebuilds the network and checks its weights."""
        self.card = card
        self.precision = precision
        self.device = device_name()
        self._networks = networks
        self._preparer = preparer
        self._familiarity = familiarity
        self._turn = threading.Lock()

    @classmethod
    def load(cls, registry: Registry, name: str, precision: str = "auto") -> Predictor:
        """Rebuild a model from code, its card and its weights.

        Args:
            registry: where the model is stored.
            name: its name.
            precision: "auto", "float32" or "bfloat16", of the reader too; see
                ``models.networks.devices.choose_precision``.

        Raises:
            UnknownModelError: when there is no such model.
            WeightsHashError: when the weights, the familiarity beside them, or the reader are not those of the card.
            CardError: when the card is damaged, or asks for a preparation that this version does not have.
            ReaderCardError: when the model needs the reader, and its card is damaged.
            ValueError: for an unknown precision.
        """
        return cls.of(registry.card(name), registry, precision)

    @classmethod
    def of(cls, card: Card, registry: Registry, precision: str = "auto") -> Predictor:
        """Rebuild a stored model with a card that may say more than the stored one; see ``load``."""
        chosen = choose_precision(precision)
        preparer = Preparer.for_card(card, registry, chosen)
        weights = registry.weights(card.name)
        with building_in(chosen):
            network = build_network(card.architecture, card.input_size)
        read_weights(network, weights)
        chunk = _CHUNK_GPU if has_gpu() else _CHUNK_CPU
        return cls(card, SubNetworks(network, card.seed, chunk), preparer, chosen, registry.familiarity(card.name))

    def predict(self, pages: Sequence[NDArray[np.uint8]], passes: int | None = None) -> list[Prediction]:
        """Judge pages.

        Args:
            pages: grey pages, (height, width) each, dark on light, of any sizes; none is allowed.
            passes: T, 1 to 1,000; the card's number if left out.

        Returns:
            One prediction for each page, in order.

        Raises:
            ValueError: for a number of passes out of range, or a page that is no grey picture of bytes.
        """
        passes = self._checked(passes)
        if not pages:
            return []
        readings: list[Reading | None] = []
        with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool, self._turn:
            prepared = pool.map(lambda page: self._preparer.read(page, self.card.input_size, passes), pages)
            refused = pool.map(self._refusals, pages)
            # the network judges the first pages while the others are still being read
            outputs = self._networks.predict(_pictures(prepared, readings), passes)
            doubts = list(refused)
        distances = self._distances(outputs.pooled)
        doubts = [(*why, *_strangeness(far, self.card.gate)) for why, far in zip(doubts, distances, strict=True)]
        if self._preparer.reads:
            doubts = [_unreadable(why, read, self.card.gate) for why, read in zip(doubts, readings, strict=True)]
        said = interpret(outputs, readings, doubts, self.card)
        return [replace(one, distance=far) for one, far in zip(said, distances, strict=True)]

    def explain(self, page: NDArray[np.uint8], passes: int | None = None) -> HeatMap:
        """Say where on a page the evidence for abnormal lies; it takes about as long as to judge the page again.

        Args:
            page: grey page, (height, width), dark on light, of any size.
            passes: T, 1 to 1,000, by which the page was judged; the card's number if left out.

        Raises:
            ValueError: for a number of passes out of range, or a page that is no grey picture of bytes.
        """
        passes = self._checked(passes)
        picture, placement, _ = self._preparer.read(page, self.card.input_size, passes)
        with self._turn:
            return fuse(locate(self._networks, picture, passes, _explained(self.card)), placement)

    def _checked(self, passes: int | None) -> int:
        chosen = self.card.passes if passes is None else passes
        if not 1 <= chosen <= MOST_PASSES:
            raise ValueError(f"passes must lie between 1 and {MOST_PASSES}, got {chosen!r}")
        return chosen

    def _refusals(self, page: NDArray[np.uint8]) -> tuple[str, ...]:
        return refusals(page, self.card.gate)

    def _distances(self, features: NDArray[np.float32]) -> list[float | None]:
        """Measure how far pictures lie from the karyograms that the model knows; None where it knows none."""
        if self._familiarity is None:
            return [None] * len(features)
        return [float(far) for far in self._familiarity.distances(features)]


def _strangeness(distance: float | None, limits: GateLimits) -> tuple[str, ...]:
    return () if distance is None else unfamiliarity(distance, limits)


def _explained(card: Card) -> Weights:
    """Return the weights by which a model judges; those of the thesis' head alone where it uses neither."""
    head, count = card.calibration.slope, card.calibration.miscount_slope
    return Weights(head, count) if head or count else Weights()


def _pictures(
    prepared: Iterable[tuple[Page, Placement, Reading | None]], readings: list[Reading | None]
) -> Iterator[Page]:
    """Yield the pictures, and keep the readings."""
    for picture, _, reading in prepared:
        readings.append(reading)
        yield picture


def _unreadable(doubts: tuple[str, ...], reading: Reading | None, limits: GateLimits) -> tuple[str, ...]:
    """Say why a page cannot be read; where the reader can tell its chromosomes apart, it is a karyogram in any case."""
    chromosomes = 0 if reading is None else int(reading.counts.argmax(axis=1).sum())
    illegible = illegibility(chromosomes, 0.0 if reading is None else reading.recognised, limits)
    return (*illegible, *doubts) if illegible else ()


def interpret(
    outputs: Passes, readings: Sequence[Reading | None], refusals: Sequence[tuple[str, ...]], card: Card
) -> list[Prediction]:
    """Turn what the sub-networks say of N pages into predictions.

    Args:
        outputs: of N pages.
        readings: of each page; ``None`` leaves all to the network.
        refusals: why the input gate would not read each of them; empty where it would.
        card: whose calibration and limits apply.
    """
    every = enumerate(zip(readings, refusals, strict=True))
    return [_prediction(outputs, index, reading, doubts, card) for index, (reading, doubts) in every]


def _prediction(
    outputs: Passes, index: int, reading: Reading | None, doubts: tuple[str, ...], card: Card
) -> Prediction:
    raw, network = outputs.abnormal[index], outputs.copies[index]
    reader = nothing_counted(*network.shape[:-1]) if reading is None else reading.copies
    counted = reader if reading is None else card.oversights.corrected(reader)
    copies = pooled(counted, network, card.network_weight)
    miscounts, changes = miscount_probability(copies).astype(np.float32), _changes(len(raw), reading)
    found = _census(outputs, index, copies, reading, card)
    measures = measure(raw, card.calibration, miscounts, changes)
    findings = find(found, card.findings)
    return Prediction(
        readable=not doubts,
        refusals=doubts,
        measures=measures,
        findings=findings,
        suggestion=UNREADABLE if doubts else _suggestion(found, findings, measures.label, reading),
        pass_probabilities=card.calibration.apply(raw, miscounts, changes).astype(np.float32),
        raw_probabilities=raw,
        miscounts=miscounts,
        changes=changes,
        copies=found.copies.astype(np.float32),
        network_copies=network,
        reader_copies=reader,
        structural=found.structural.astype(np.float32),
        features=outputs.pooled[index],
        record=None if reading is None else to_record(reading, _network_says(raw, network)),
    )


def _changes(passes: int, reading: Reading | None) -> NDArray[np.float32]:
    """Return the probability of a changed structure, (T,); one half where nothing tells."""
    if reading is None or reading.homologues is None:
        return np.full(passes, _NOTHING_SAID, np.float32)
    return reading.changed


def _census(outputs: Passes, index: int, copies: NDArray[np.float32], reading: Reading | None, card: Card) -> Census:
    """Count by all that counts; what is changed, the reader says, which sees each chromosome beside its homologue."""
    numbers, words = copies.argmax(axis=2).astype(np.int8), {}
    structural, changed = outputs.structural[index], outputs.changed[index]
    if reading is not None and reading.homologues is not None:
        structural, changed = changes(reading, card.findings)
        words = reading.homologues.in_words()
    return Census(copies.mean(axis=0), structural, numbers, changed, words)


def _network_says(raw: NDArray[np.float32], network: NDArray[np.float32]) -> NetworkSays:
    return NetworkSays(float(raw.mean()), float(miscount_probability(network).mean()))


def _suggestion(found: Census, findings: Sequence[Finding], label: Label, reading: Reading | None) -> Suggestion:
    unsafe = () if reading is None else doubts_about(reading, found.copies)
    return Suggestion(None, unsafe[0]) if unsafe else suggest(found, findings, label)
