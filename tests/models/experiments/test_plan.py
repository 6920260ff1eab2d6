"""Which runs are planned, and that those beyond the thesis stand beside the others under names of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.__main__ import main
from models.experiments import record, table_5_1
from models.experiments.augmentation import THESIS, Augmentation
from models.experiments.plan import Plan, Scope
from models.experiments.record import from_json, to_json
from models.experiments.tables import updated
from tests.models.experiments.records import made_up

BEYOND = Augmentation(turn=7.5, mirror=0.5, close_gaps=True)
STANDARD = "processed-vgg16.source.published.simulated"
NAMED = "processed-vgg16-turn-7.5-mirror-0.5-close-gaps.source.published.simulated"


def plans(how: Augmentation = THESIS) -> dict[str, Plan]:
    return {plan.name: plan for plan in table_5_1.plans(Scope(augmentation=how))}


def listed(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> list[str]:
    places = ["--out", str(folder), "--work", str(folder), "--imagenet", str(folder)]
    assert main(["experiment", *arguments, *places, "--dry-run"]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("how", "slug"),
    [
        (THESIS, ""),
        (replace(THESIS, turn=8.0), "-turn-8"),
        (replace(THESIS, mirror=0.25), "-mirror-0.25"),
        (replace(THESIS, close_gaps=True), "-close-gaps"),
        (BEYOND, "-turn-7.5-mirror-0.5-close-gaps"),
    ],
)
def test_names_tell_what_the_thesis_did_not_do(how: Augmentation, slug: str) -> None:
    assert how.slug == slug
    assert f"processed-vgg16{slug}.source.published.simulated" in plans(how)


def test_runs_beyond_the_thesis_are_others_and_of_processed_data_alone() -> None:
    standard, beyond = plans(), plans(BEYOND)
    assert not set(standard) & set(beyond)
    assert {plan.configuration.data for plan in beyond.values()} == {"processed"}
    assert beyond[NAMED].configuration.augmentation == BEYOND.options
    assert beyond[NAMED].printed is None
    assert standard[STANDARD].printed is not None
    assert beyond[NAMED].fingerprint("data", "weights") != standard[STANDARD].fingerprint("data", "weights")


def test_their_records_are_valid_and_have_a_line_of_their_own_in_the_tables() -> None:
    plan = plans(BEYOND)[NAMED]
    configuration = replace(made_up().configuration, augmentation=plan.configuration.augmentation)
    beyond = replace(made_up(NAMED), title=plan.title, printed=None, configuration=configuration)
    assert from_json(to_json(beyond)) == beyond
    text = updated("<!-- table-5-1: begin -->\n<!-- table-5-1: end -->\n", [made_up(), beyond])
    rows = [line for line in text.splitlines() if line.startswith("| processed data on VGG16")]
    assert len(rows) == 2
    assert "turned by up to 7.5°, one mirrored in a share of 0.5 of the copies, gaps closed" in rows[1]


def test_the_command_plans_them_only_when_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    standard = listed(capsys, tmp_path, "--all")
    assert not any("turn" in line or "mirror" in line or "close-gaps" in line for line in standard)
    asked = listed(capsys, tmp_path, "table-5-1", "--turn", "7.5", "--mirror", "0.5", "--close-gaps")
    assert f"table-5-1 {NAMED}: to do" in asked
    assert not set(asked) & set(standard)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--turn", "181"), "must be a number from 0 to 180, got '181'"),
        (("--turn", "nan"), "must be a number from 0 to 180, got 'nan'"),
        (("--turn", "far"), "must be a number from 0 to 180, got 'far'"),
        (("--mirror", "50"), "must be a number from 0 to 1, got '50'"),
    ],
)
def test_values_out_of_range_are_told(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], message: str
) -> None:
    with pytest.raises(SystemExit):
        main(["experiment", "--all", *arguments])
    assert message in capsys.readouterr().err


def test_the_shipped_records_are_those_of_the_plans() -> None:
    """Names and configurations that records have do not move when plans learn something new."""
    known = {item.name: item.configuration for item in record.read_all() if item.experiment == "table-5-1"}
    planned = {plan.name: plan.configuration for plan in table_5_1.plans(Scope(editions=("simulated", "real")))}
    assert known == {name: planned[name] for name in known}
