"""From what was read to the record of it that is kept with a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.chromosomes import CHROMOSOMES
from models.judging import record
from models.judging.record import ComparedPair, Evidence, Record, SeenObject
from models.reading.homologues import Homologues
from models.reading.reader import JUNK, OTHER, Reading


@dataclass(frozen=True)
class NetworkSays:
    """What the network that sees the whole picture says, 0..1, averaged over the passes.

    ``abnormal``: by the thesis' head. ``miscounted``: that some chromosome is too many or missing.
    """

    abnormal: float
    miscounted: float


_DIGITS = 4  # of a probability
_BAND_DIGITS = 2
_PIXEL_DIGITS = 1


def to_record(reading: Reading, network: NetworkSays) -> Record:
    """Put what was read of a page into a record.

    Args:
        reading: of the page.
        network: what the network says of it.
    """
    homologues = reading.homologues
    compared = homologues is not None and len(homologues.pairs) > 0
    changed = float(reading.changed.mean()) if compared else None
    return Record(
        objects=tuple(_objects(reading)),
        counts=dict(zip(CHROMOSOMES, reading.counts.argmax(axis=1).tolist(), strict=True)),
        pairs=tuple(_pairs(homologues)) if homologues is not None else (),
        evidence=Evidence(
            miscounted=_rounded(1.0 - float(reading.normal.mean())),
            changed=None if changed is None else _rounded(changed),
            abnormal=_rounded(network.abnormal),
            network_miscounted=_rounded(network.miscounted),
        ),
    )


def _objects(reading: Reading) -> Iterator[SeenObject]:
    for box, kind, which in zip(reading.boxes.tolist(), reading.kinds.tolist(), reading.which, strict=True):
        named = kind not in (OTHER, JUNK)
        # what fits no place of the page is other or junk: the reading does not weigh these two against each other
        probability = float(which[kind]) if named else 1.0 - float(which.sum())
        name = CHROMOSOMES[kind] if named else record.OTHER if kind == OTHER else record.JUNK
        left, top, right, bottom = (round(side, _PIXEL_DIGITS) for side in box)
        yield SeenObject((left, top, right, bottom), name, _rounded(probability))


def _pairs(homologues: Homologues) -> Iterator[ComparedPair]:
    pairs, words = homologues.pairs, homologues.in_words()
    bands = pairs.profiles[..., 0].astype(float)  # (p, 2, POINTS)
    for place, (one, two), profiles, changed in zip(
        pairs.places.tolist(), pairs.objects.tolist(), bands.tolist(), homologues.changed.mean(axis=0), strict=True
    ):
        name = CHROMOSOMES[place]
        first, second = (tuple(round(band, _BAND_DIGITS) for band in profile) for profile in profiles)
        yield ComparedPair(name, (one, two), _rounded(float(changed)), words[name], (first, second))


def _rounded(probability: float) -> float:
    return round(min(1.0, max(0.0, probability)), _DIGITS)
