"""Calibration and the limits of the triage rule, from judged pictures whose truth is known.

A release takes simulated karyograms of validation cases for it: nothing of these was trained on, and none of them is
tested on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.card import Card
from models.counts import miscount_probability, miscounted
from models.judging.calibration import Floats, fit_calibration
from models.judging.oversights import Oversights, fit_oversights
from models.judging.pool import fit_weight, pooled
from models.judging.triage import Policy
from models.judging.uncertainty import Label, Measures, measure
from models.measuring.copy_numbers import true_copies
from models.measuring.evaluation import JudgedPicture

_MISSED_SHARE = 0.005
_DOUBTED_SHARE = 0.02
_SUSPECTED_SHARE = 0.1
_LEAST_STRUCTURAL = 0.05
_LIMITS = tuple(percent / 100 for percent in range(1, 22))
"""Of the calibrated probability; the laxest is a compromise over changes of structure, see docs/models.md."""


def calibrated(card: Card, judged: Sequence[JudgedPicture]) -> Card:
    """Return a card with oversights, network weight, calibration, policy and limit of structural findings, fitted.

    Of the normal pictures 10 % are suspected of a structural change, and so go to a person.

    Args:
        card: of the model that judged them.
        judged: pictures whose karyotypes are known: normal ones, and abnormal ones of which some have a chromosome too
            many or missing. Those that the input gate refuses are left out: a person sees them in any case.

    Raises:
        ValueError: when one of the classes is missing.
    """
    judged = [item for item in judged if item.prediction.readable]
    abnormal = np.array([item.picture.label is Label.ABNORMAL for item in judged])
    passes, changes, reader, network = (
        np.stack([getattr(item.prediction, name) for item in judged])
        for name in ("raw_probabilities", "changes", "reader_copies", "network_copies")
    )
    truths = np.stack([true_copies(item.picture.karyotype) for item in judged if item.picture.karyotype])
    counted, oversights, weight = miscounted(truths), Oversights(), 1.0
    if card.reader_sha256:
        oversights = fit_oversights(reader.mean(axis=1), truths)
        reader = oversights.corrected(reader)
        weight = fit_weight(reader.mean(axis=1), network.mean(axis=1), counted)
    copies = pooled(reader, network, weight)
    miscounts = miscount_probability(copies)
    calibration = fit_calibration(passes, miscounts, abnormal, changes)
    said = zip(passes, miscounts, changes, strict=True)
    measures = [measure(raw, calibration, *other) for raw, *other in said]
    policy, miscount = choose_limits(measures, miscount_probability(copies.mean(axis=1)), abnormal, counted)
    structural = np.array([item.prediction.structural.max() for item in judged])
    limit = float(max(_LEAST_STRUCTURAL, np.quantile(structural[~abnormal], 1 - _SUSPECTED_SHARE)))
    findings = replace(card.findings, structural=limit, miscount=miscount)
    return replace(
        card,
        oversights=oversights,
        network_weight=weight,
        calibration=calibration,
        policy=policy,
        findings=findings,
    )


def choose_limits(
    measures: Sequence[Measures], miscount: Floats, abnormal: NDArray[np.bool_], counted: NDArray[np.bool_]
) -> tuple[Policy, float]:
    """Set the limits of the triage rule, and that from which a wrong number is suspected.

    Two limits, because homologues are often not quite alike, and a number that is not quite sure would be lost beside
    them. Of all pairs that let at most 0.5 % of the counted ones pass, that is taken with which most normal ones are
    screened.

    Args:
        measures: of N karyograms.
        miscount: (N,) probability that some chromosome is too many or missing.
        abnormal: (N,) the truth.
        counted: (N,) whether a chromosome is too many or missing; some must be. Structural changes do not set the
            limits: a network that cannot see them would send every karyogram to a person.

    Returns:
        A policy whose limit of the calibrated probability is at most 21 %, and that doubts no more than 2 % of the
        normal ones for their mutual information alone; the 80 % of the thesis stays. And the least probability of a
        wrong number to be suspected.

    Raises:
        ValueError: when none is normal, or none is counted.
    """
    if not counted.any() or abnormal.all():
        raise ValueError(f"expected normal and counted karyograms, got {(~abnormal).sum()} and {counted.sum()}")
    probability = np.array([m.calibrated_probability for m in measures])
    information = np.array([m.mutual_information for m in measures])
    allowed = int(_MISSED_SHARE * counted.sum())

    def suspected_from(most: float) -> float:
        """Return the limit that lets no more than allowed pass, beside one of the calibrated probability."""
        passing = np.sort(miscount[counted & (probability <= most)])
        return float(passing[allowed]) if passing.size > allowed else 1.0

    def screened(most: float) -> int:
        return int((~abnormal & (probability <= most) & (miscount < suspected_from(most))).sum())

    most = max(_LIMITS, key=screened)
    return (
        Policy(
            max_calibrated_probability=most,
            max_mutual_information=float(min(1.0, np.quantile(information[~abnormal], 1 - _DOUBTED_SHARE))),
        ),
        suspected_from(most),
    )
