"""A model's card as a page to read: what it is for, what it was made of, how well it does, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from models.card import Card
from models.chromosomes import CHROMOSOMES
from models.judging.calibration import Calibration

FIGURES = {
    "triage_sensitivity": "abnormal, not screened out by triage",
    "screened_normal": "normal, screened by triage",
    "missed_abnormal": "abnormal among the screened (number)",
    "sensitivity": "sensitivity (abnormal, voted abnormal)",
    "specificity": "specificity (normal, voted normal)",
    "auc": "area under the ROC curve",
    "average_precision": "average precision",
    "negative_predictive_value": "negative predictive value of screening",
    "precision": "positive predictive value of the vote",
    "ece": "expected calibration error",
    "brier": "Brier score",
}
"""The figures of a report that a page shows, in plain words."""

_USE = """\
**For research use only.** Not a medical device, and not validated for diagnosis: no certificate of any authority, no
prospective study. It orders the reading of karyograms; people read and decide.

## What it is for

To order the karyograms of G-banded metaphases (one cell, all chromosomes arranged in pairs, dark on light) so that
those which need a person first are read first, in research and in trials beside the usual reading.

**Not for:** releasing or closing a case without a person; metaphase spreads, other stains, FISH or arrays; mosaics and
whatever needs several cells; microscopes and layouts it was not measured on; people it was not measured on. A screened
karyogram is not a normal result."""

_ETHICS = """\
## Before you use it

Measure it on labelled karyograms of your own laboratory, by case, before you rely on any figure here (`python -m models
evaluate`). Patients of other origin, age, sex or specimen than those below may be served worse, and nothing here shows
that they are not. Tell the people concerned that a machine orders the reading, and keep reading a sample of the
screened ones. Pictures of patients are sensitive data: they stay in your laboratory; the model needs no network."""


def card_page(card: Card) -> str:
    """Return the page of a card, in Markdown, ending with a line break."""
    parts = [f"# {card.name}", _USE, *_making(card)]
    for name, figures in card.metrics.items():
        parts += _measured(name, figures)
    if not card.metrics:
        parts.append("## Figures\n\nNot measured.")
    return "\n\n".join([*parts, *_rule(card), _ETHICS]) + "\n"


def _making(card: Card) -> Iterator[str]:
    training = card.training
    yield "## What it is made of"
    yield _table(
        ("", ""),
        [
            ("network", f"{card.architecture}, pictures of {card.input_size} x {card.input_size} pixels"),
            ("preparation of pictures", f"`{card.preprocessing}`"),
            ("numbers of chromosomes", _counter(card)),
            ("passes", f"{card.passes} sub-networks (Monte-Carlo Dropout), drawn from seed {card.seed}"),
            ("training data", str(training.get("data", "not said"))),
            ("held-out cases", _held_out(training.get("validation_rule"))),
            ("calibration", str(training.get("calibration", "none"))),
            ("weights, SHA-256", f"`{card.weights_sha256}`"),
            ("made", f"{card.created}, code `{card.commit or 'not known'}`"),
        ],
    )
    if training.get("note"):
        yield str(training["note"])
    if training.get("phases"):
        yield "Trained in phases, one after the other on the same network:"
        columns = ("name", "size", "pictures", "epochs", "learning_rate")
        rows = [[str(phase.get(column, "")) for column in columns] for phase in training["phases"]]
        yield _table(("phase", "pixels", "pictures", "epochs", "learning rate"), rows)


def _counter(card: Card) -> str:
    if card.reader_sha256:
        return f"counted by the reader, which sees every chromosome by itself (`{card.reader_sha256}`)"
    return "counted by the network's second head"


def _held_out(rule: Any) -> str:
    if not isinstance(rule, dict):
        return "not said"
    return (
        f"those whose number, modulo {rule.get('modulus')}, is {rule.get('remainder')}; nothing of them was trained on"
    )


def _measured(name: str, figures: dict[str, Any]) -> Iterator[str]:
    yield f"## Figures: {name.replace('_', ' ')}"
    yield (
        f"Measured on {figures['data']}: {figures['n']} karyograms of {figures['n_cases']} cases, "
        f"{figures['n_abnormal']} abnormal. Intervals are 95 %, by case. Predictive values are for a laboratory where "
        f"{figures['prevalence']:.0%} of the karyograms are abnormal."
    )
    rows = [(words, with_interval(figures[key], figures[f"{key}_interval"])) for key, words in FIGURES.items()]
    yield _table(("figure", "value (95 % interval)"), rows)
    yield from _kinds(figures["by_kind"], figures["by_size"])
    if figures["copy_numbers"]:
        yield "Right numbers of chromosomes, and karyograms with a finding:"
        columns = ("autosomes", "x", "y", "all_24", "findings")
        rows = [
            (label, *(with_interval(found[column]["share"], found[column]["interval"]) for column in columns))
            for label, found in figures["copy_numbers"].items()
        ]
        yield _table(("karyograms", "each autosome", "X", "Y", "all 24", "with a finding"), rows)
    yield from _reliability(figures["reliability"])


def _kinds(kinds: Sequence[dict[str, Any]], sizes: Sequence[dict[str, Any]]) -> Iterator[str]:
    header = ("n", "AUC against normal", "AUC by numbers alone", "not screened out", "right chromosome named")
    if kinds:
        yield "By kind of abnormality:"
        yield _table(("kind", *header), [(row["kind"], *kind_cells(row)) for row in kinds])
    if sizes:
        yield "All changes of structure, by the share of the chromosome arm that is changed:"
        yield _table(("size", *header), [(row["size"], *kind_cells(row)) for row in sizes])
    chance = [row["kind"] for row in kinds if row["chance"]]
    if chance:
        yield (
            "**At chance**, as far as these karyograms can tell (the interval reaches down to 0.5, which a few "
            f"karyograms alone may cause): {', '.join(chance)}."
        )


def kind_cells(row: dict[str, Any]) -> tuple[str, ...]:
    """Write a row of ``models.measuring.breakdown``: number, areas, flagged and named shares."""
    area, numbers = with_interval(row["auc"], row["auc_interval"]), row.get("auc_numbers")  # earlier cards have none
    return (
        str(row["n"]),
        f"{area}, at chance" if row["chance"] else area,
        "" if numbers is None else with_interval(numbers, row["auc_numbers_interval"]),
        with_interval(row["flagged"], row["flagged_interval"]),
        "" if row["named"] is None else f"{row['named']:.3f}",
    )


def _reliability(found: dict[str, Any]) -> Iterator[str]:
    before, after = found["before"], found["after"]
    yield (
        f"Calibration, at the share of abnormal among these karyograms: error {before['ece']:.3f} before and "
        f"{after['ece']:.3f} after, Brier score {before['brier']:.3f} and {after['brier']:.3f}. After calibration:"
    )
    rows = [
        (f"{part['low']:.3f} to {part['high']:.3f}", str(part["n"]), f"{part['mean']:.3f}", _abnormal(part))
        for part in after["bins"]
    ]
    yield _table(("probability of abnormal", "n", "mean", "were abnormal"), rows)


def _abnormal(part: dict[str, Any]) -> str:
    return with_interval(part["abnormal"], part["interval"])


def _counting(card: Card) -> str:
    if not card.reader_sha256:
        return ""
    missed = max(zip(card.oversights.missed, CHROMOSOMES, strict=True))
    return (
        f"Chromosomes are counted by the reader, which is taken to overlook one of each on {missed[0]:.1%} of "
        f"the pages at most ({missed[1]}), and by the network with a weight of {card.network_weight:.2f}. "
    )


def _changed(calibration: Calibration) -> str:
    if not calibration.change_slope:
        return "left out"
    slope, intercept = calibration.change_slope, calibration.change_intercept
    return f"sigmoid({slope:.3f} x log odds of a changed structure {intercept:+.3f})"


def _rule(card: Card) -> Iterator[str]:
    calibration, policy, findings = card.calibration, card.policy, card.findings
    yield "## How it decides"
    yield (
        f"{_counting(card)}A pass votes by its calibrated probability: that numbers are wrong, or that a structure is "
        f"changed. The first is sigmoid({calibration.slope:.3f} x log odds of the pass "
        f"{calibration.miscount_slope:+.3f} x log odds of a wrong number of chromosomes {calibration.intercept:+.3f}), "
        f"the second {_changed(calibration)}. It holds where {calibration.prevalence:.0%} of the karyograms are "
        "abnormal; in a laboratory with fewer, the true probability is lower, and the rule stays."
    )
    yield _table(
        ("a karyogram is screened as normal if", ""),
        [
            ("the passes agree on normal", f"at least {policy.min_pass_agreement:.0%}"),
            ("the calibrated probability of abnormal", f"at most {policy.max_calibrated_probability:.3f}"),
            ("the mutual information", f"at most {policy.max_mutual_information:.4f} bits"),
            (
                "there is no finding",
                f"one wrong number from {findings.copies:.3f}, any at all from {findings.miscount:.3f} (suspected), "
                f"structure from {findings.structural:.3f}",
            ),
        ],
    )
    yield "The input gate takes a page for a karyogram within these limits:"
    yield _table(("limit", "value"), [(f"`{name}`", str(value)) for name, value in asdict(card.gate).items()])


def with_interval(value: float | None, interval: Sequence[float | None]) -> str:
    """Write a figure with its interval; "not defined" where it is not."""
    if value is None:
        return "not defined"
    low, high = (number(end) for end in interval)
    return f"{number(value)} ({low} to {high})"


def number(value: float | None) -> str:
    """Write a figure: three digits behind the point, a count with none."""
    if value is None:
        return "not defined"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
