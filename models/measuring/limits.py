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
from models.counts import miscounted
from models.judging.calibration import fit_calibration
from models.judging.triage import Policy
from models.judging.uncertainty import Label, Measures, measure
from models.measuring.copy_numbers import true_copies
from models.measuring.evaluation import JudgedPicture

_MISSED_SHARE = 0.01
_DOUBTED_SHARE = 0.02
_SUSPECTED_SHARE = 0.1
_LEAST_STRUCTURAL = 0.05


def calibrated(card: Card, judged: Sequence[JudgedPicture]) -> Card:
    """Return a card with a calibration, a policy and a limit for structural findings, fitted on judged pictures.

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
    passes = np.stack([item.prediction.raw_probabilities for item in judged])
    miscounts = np.stack([item.prediction.miscounts for item in judged])
    changes = np.stack([item.prediction.changes for item in judged])
    reader = np.stack([item.prediction.reader_miscounts for item in judged])
    counted = miscounted(np.stack([true_copies(item.picture.karyotype) for item in judged if item.picture.karyotype]))
    calibration = fit_calibration(passes, miscounts, abnormal, changes, reader)
    said = zip(passes, miscounts, changes, reader, strict=True)
    policy = choose_policy([measure(raw, calibration, *other) for raw, *other in said], abnormal, counted)
    structural = np.array([item.prediction.structural.max() for item in judged])
    limit = float(max(_LEAST_STRUCTURAL, np.quantile(structural[~abnormal], 1 - _SUSPECTED_SHARE)))
    return replace(card, calibration=calibration, policy=policy, findings=replace(card.findings, structural=limit))


def choose_policy(measures: Sequence[Measures], abnormal: NDArray[np.bool_], counted: NDArray[np.bool_]) -> Policy:
    """Set the limits of the triage rule.

    Args:
        measures: of N karyograms.
        abnormal: (N,) the truth.
        counted: (N,) whether a chromosome is too many or missing; some must be. Structural changes do not set the
            limit: a network that cannot see them would send every karyogram to a person.

    Returns:
        A policy whose limit of the calibrated probability lets at most 1 % of the counted ones pass and is no laxer
        than the default, and that doubts no more than 2 % of the normal ones for their mutual information alone. The
        80 % of the thesis stays.

    Raises:
        ValueError: when none is normal, or none is counted.
    """
    if not counted.any() or abnormal.all():
        raise ValueError(f"expected normal and counted karyograms, got {(~abnormal).sum()} and {counted.sum()}")
    probability = np.array([m.calibrated_probability for m in measures])
    information = np.array([m.mutual_information for m in measures])
    return Policy(
        max_calibrated_probability=float(
            min(Policy().max_calibrated_probability, np.quantile(probability[counted], _MISSED_SHARE))
        ),
        max_mutual_information=float(min(1.0, np.quantile(information[~abnormal], 1 - _DOUBTED_SHARE))),
    )
