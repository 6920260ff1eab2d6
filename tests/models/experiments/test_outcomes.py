"""What the experiments say at their head came out of them is what their records say."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from models.experiments import backbones, confidence, ensemble, search, table_5_1
from models.experiments.deferral import area_under_risk, surely_right, wrong_cases
from models.experiments.figures import at_passes, figures, outcomes
from models.experiments.record import Record, read_all
from models.measuring.metrics import area_under_curve

EDITIONS = ("simulated", "real")
SPLITS = ("published", "cases")


@cache
def records() -> dict[str, Record]:
    return {record.name: record for record in read_all()}


def says(experiment: ModuleType, *words: str) -> None:
    text = " ".join((experiment.__doc__ or "").split()).partition("Came out")[2]
    assert [part for part in words if part not in text] == []


def auc(name: str) -> float:
    table = outcomes(records()[name].predictions)
    return round(area_under_curve(table.abnormal, table.score, table.score**0), 2)


def test_table_5_1() -> None:
    published, by_case = (
        {
            (row, edition): auc(f"{row}.source.{split}.{edition}")
            for row in (row.slug for row in table_5_1.ROWS if row.data == "processed")
            for edition in EDITIONS
        }
        for split in SPLITS
    )
    tuned = [[published[row, edition] for row in ("vgg16-one-block", "vgg16-two-blocks")] for edition in EDITIONS]
    says(table_5_1, " and ".join(f"{min(pair):.2f} to {max(pair):.2f}" for pair in tuned))
    for row, words in (
        ("inceptionv3-all", "InceptionV3"),
        ("processed-vgg16", "VGG16"),
        ("processed-inceptionv3", "InceptionV3"),
    ):
        says(table_5_1, f"{words} {published[row, 'simulated']:.2f} and {published[row, 'real']:.2f}")
    simulated = [value for (_, edition), value in by_case.items() if edition == "simulated"]
    vgg16, inceptionv3 = (
        [value for (row, edition), value in by_case.items() if edition == "real" and network in row]
        for network in ("vgg16", "inceptionv3")
    )
    for values in (simulated, inceptionv3, vgg16):
        says(table_5_1, f"{min(values):.2f} to {max(values):.2f}")


def test_confidence() -> None:
    known = [record for record in records().values() if record.experiment == "confidence"]
    *shares, most = sorted(surely_right(record.predictions).value for record in known)
    says(confidence, f"{min(shares):.0%} to {max(shares):.0%}".replace("%", "", 1).replace("%", " %"))
    says(confidence, f"{most:.0%} in one run of eight".replace("%", " %"))
    wrong = [wrong_cases(record.predictions) for record in known]
    sure = sorted((sum(case.agreement > 0.98 for case in cases), len(cases)) for cases in wrong)
    says(confidence, *(f"{count} of {cases}" for count, cases in sure[-2:]))
    assert max(count for count, _ in sure[:-2]) <= 1
    for record in known:
        found = [figures(at_passes(record, T), "mean", resamples=1) for T in (100, 200, 500, 1000)]
        for name in ("sensitivity", "auc"):
            values = [figure[name].value for figure in found]
            assert max(values) - min(values) < 0.055


def test_search() -> None:
    for split in SPLITS:
        for edition in EDITIONS:
            best = records()[f"search-vgg16.source.{split}.{edition}"].configuration
            says(search, f"{best.learning_rate:.1e}".replace("e-0", "e-"), str(best.batch_size))


def test_ensemble() -> None:
    for reason, better in (("pass agreement", 3), ("mutual information", 7)):
        pairs = [
            tuple(
                area_under_risk(records()[f"{row}-{network}.source.{split}.{edition}"].predictions, reason, resamples=1)
                for row in ("five-heads", "passes")
            )
            for network in ("vgg16", "inceptionv3")
            for split in SPLITS
            for edition in EDITIONS
        ]
        assert sum(heads.value < passes.value for heads, passes in pairs) == better
    says(ensemble, "worse in five of eight", "better in the other three", "better in seven")


def test_backbones() -> None:
    for network in ("resnet50v2", "mobilenetv3small", "efficientnetv2b0"):
        for split in SPLITS:
            one, other = (auc(f"{network}.none.{split}.{edition}") for edition in EDITIONS)
            says(backbones, f"{one:.2f} and {other:.2f}")
