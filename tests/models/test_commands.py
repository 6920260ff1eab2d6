"""The command line of the models, run as a user runs it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image

from models.__main__ import main
from models.card import card_from_json, card_to_json
from models.card_page import card_page
from models.commands import gate
from models.measuring import known_cases
from models.registry import PAGE_FILE, WEIGHTS_FILE, Registry
from models.simulation.sheets import TILE_WIDTH
from models.simulation.strangers import FAMILIES
from models.training import trials
from models.training.trials import Trial
from tests.conftest import REPOSITORY
from tests.models.judging.test_gate import karyogram
from tests.untrained import save_untrained


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("registry"))
    save_untrained(registry, "small", seed=4, passes=10)
    return registry


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = ["file,case_id,label"]
    for number in range(1, 6):
        page = karyogram().copy()
        page[:, : 40 * number] = 255
        Image.fromarray(page).save(tmp_path / f"P{number:03}.png")
        lines.append(f"P{number:03}.png,P{number:03},{'abnormal' if number % 2 else 'normal'}")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    return tmp_path


def run(registry: Registry, *arguments: str | Path) -> int:
    return main(["--registry", str(registry.folder), *map(str, arguments)])


def test_list_shows_each_model(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(registry, "list") == 0
    assert "small" in capsys.readouterr().out


def test_list_of_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Registry(tmp_path), "list") == 0
    assert "no model in" in capsys.readouterr().out


def test_the_registry_can_come_from_the_environment(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KARYOTRIAGE_REGISTRY", str(registry.folder))
    assert main(["list"]) == 0
    assert "small" in capsys.readouterr().out


def test_evaluate_writes_what_it_prints(registry: Registry, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, rows = data / "out.json", data / "out.csv"
    assert run(registry, "evaluate", "small", "--data", data, "--json", figures, "--csv", rows) == 0
    said = json.loads(figures.read_text())
    assert (said["n"], said["n_abnormal"], said["passes"]) == (5, 3, 10)
    assert said["data"] == f"all cases of {data}"
    required = "auc average_precision sensitivity specificity precision accuracy screened_fraction missed_abnormal"
    assert all(f"{name}_interval" in said and name in said for name in required.split())
    assert sum(said["confusion"].values()) == 5
    with rows.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["file"] for line in lines] == [f"P{number:03}.png" for number in range(1, 6)]
    assert {"label", "outcome", "mean_probability", "pass_agreement"} <= set(lines[0])
    printed = capsys.readouterr().out
    assert printed.index("not screened out") < printed.index("sensitivity") < printed.index("ROC")


def test_evaluate_keeps_to_validation_cases(registry: Registry, data: Path) -> None:
    figures = data / "out.json"
    command = ("evaluate", "small", "--data", data, "--split", "validation", "--passes", "3", "--json", figures)
    assert run(registry, *command) == 0
    said = json.loads(figures.read_text())
    assert (said["n"], said["passes"]) == (2, 3)
    assert said["data"] == f"validation cases of {data}"


def test_evaluate_draws_simulated_karyograms(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, rows = tmp_path / "out.json", tmp_path / "out.csv"
    command = (
        "evaluate",
        "small",
        "--simulated",
        "20",
        "--variety",
        "fixed",
        "--seed",
        "8",
        "--json",
        figures,
        "--csv",
        rows,
    )
    assert run(registry, *command, "--prevalence", "0.1", "--keep") == 0
    kept = known_cases.read(registry, "small")
    assert kept is not None
    assert kept.data.startswith("simulated karyograms")
    assert 10 <= kept.cohort.size <= 20
    said = json.loads(figures.read_text())
    assert (said["n"], said["prevalence"]) == (20, 0.1)
    assert said["data"].startswith(
        "simulated karyograms of validation cases, one fixed layout, 340 to 600 px wide (seed 8): chromosomes painted"
    )
    assert sum(row["n"] for row in said["by_kind"]) == said["n_abnormal"] > 5
    assert said["copy_numbers"]["normal"]["x"]["n"] == 20 - said["n_abnormal"]
    with rows.open(newline="") as file:
        assert {line["karyotype"] for line in csv.DictReader(file)} > {"46,XX", "46,XY"}
    printed = capsys.readouterr().out
    assert "by numbers" in printed
    assert "simulated karyograms" in printed


def test_evaluate_wants_one_kind_of_data(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    for source in ((), ("--data", ".", "--simulated", "5")):
        with pytest.raises(SystemExit):
            run(registry, "evaluate", "small", *source)
    assert "not allowed with argument" in capsys.readouterr().err


def test_card_prints_the_page(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(registry, "card", "small") == 0
    assert capsys.readouterr().out == card_page(registry.card("small"))


@pytest.mark.slow
def test_card_renews_limits_and_figures_and_keeps_the_weights(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(tmp_path / "registry")
    earlier = replace(save_untrained(registry, "small", seed=4, passes=10), reader_sha256="0" * 64)
    before = registry.update(earlier)  # with a reader that is no longer stored
    (data / "P002.png").unlink()
    (data / "labels.csv").write_text("file,case_id,label\nP003.png,P002,normal\nP005.png,P005,abnormal\n")
    asked = Mock(side_effect=lambda crops, karyograms, test_pictures: Trial(crops, karyograms, 16, 16))
    monkeypatch.setattr(trials, "Trial", asked)
    assert run(registry, "card", "small", "--renew", "--karyograms", data, "--pictures", "100") == 0
    asked.assert_called_once_with(None, data, test_pictures=100)
    card = registry.card("small")
    assert (card.metrics["real"]["n"], card.metrics["simulated_wide"]["n"]) == (2, 16)
    assert card.calibration != before.calibration
    assert card.weights_sha256 == before.weights_sha256
    assert card.reader_sha256 == registry.reader()[0].weights_sha256
    assert card.gate.max_distance is not None
    assert registry.familiarity("small") is not None
    assert (registry.folder / "small" / PAGE_FILE).read_text(encoding="utf-8") == card_page(card)
    assert card_from_json(card_to_json(card)) == card


def test_gate_counts_whom_it_refuses(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(gate, "FAMILIES", {name: FAMILIES[name] for name in ("blank page", "table")})
    Image.new("L", (300, 200), 255).save(tmp_path / "empty.png")
    assert run(registry, "gate", "small", "--number", "2", "--strangers", tmp_path) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any("blank page" in line and "2 (100.0%)" in line for line in lines)
    assert any("table (held out)" in line and "2 (100.0%)" in line for line in lines)
    assert any("all families" in line and "4 (100.0%)" in line for line in lines)
    assert any("(no karyograms)" in line and "1 (100.0%)" in line for line in lines)
    assert sum("simulated karyograms" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("evaluate", "large", "--data", "."), "model must be one of ['small'], got 'large'"),
        (("evaluate", "small", "--data", "/absent"), "must be a folder with labels.csv"),
        (("train",), "a model needs a --name"),
        (("train", "--name", "new", "--data", "."), "--data cannot be used without --from"),
        (("train", "--name", "new", "--from", "small", "--size", "150", "--quick"), "--size, --quick cannot be used"),
        (("train", "--name", "new", "--from", "small", "--preparation", "framed"), "--preparation cannot be used with"),
        (("train", "--name", "new", "--from", "small"), "--from needs --data"),
        (("train", "--name", "new", "--start", "large"), "model must be one of ['small'], got 'large'"),
        (
            ("train", "--name", "new", "--architecture", "inceptionv3", "--start", "small"),
            "--start must be a model of inceptionv3, got small: vgg16",
        ),
        (("train", "--name", "new", "--from", "large", "--data", "."), "model must be one of ['small'], got 'large'"),
    ],
)
def test_a_mistake_is_one_clear_line(
    registry: Registry, arguments: tuple[str, ...], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(registry, *arguments) == 2
    complaint = capsys.readouterr().err
    assert fault in complaint
    assert complaint.count("\n") == 1


def test_damaged_weights_are_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry = Registry(tmp_path)
    save_untrained(registry, "small")
    (tmp_path / "small" / WEIGHTS_FILE).write_bytes(b"")
    assert run(registry, "list") == 2
    assert "SHA-256 must be" in capsys.readouterr().err


def test_explain_prints_what_the_model_says_and_draws_where(
    registry: Registry, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "evidence"
    assert run(registry, "explain", data / "P001.png", data / "P002.png", "--model", "small", "--out", out) == 0
    printed = capsys.readouterr().out
    assert f"{data / 'P001.png'}: flagged" in printed or f"{data / 'P001.png'}: screened" in printed
    assert printed.count("suggestion: ") == 2
    assert sorted(path.name for path in out.iterdir()) == ["P001-evidence.png", "P002-evidence.png"]
    with Image.open(out / "P001-evidence.png") as drawn, Image.open(data / "P001.png") as page:
        assert (drawn.size, drawn.mode) == (page.size, "RGB")
        assert drawn.tobytes() != page.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (("P001.png", "labels.csv"), "labels.csv"),
        (("P001.png", "absent.png"), "absent.png"),
        (("P001.png", "P001.png"), "different names"),
    ],
)
def test_what_cannot_be_explained_is_one_clear_line(
    registry: Registry, data: Path, files: tuple[str, ...], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [data / name for name in files]
    assert run(registry, "explain", *paths, "--model", "small", "--out", data / "out") == 2
    complaint = capsys.readouterr().err
    assert fault in complaint
    assert complaint.count("\n") == 1


SAMPLES = REPOSITORY / "dashboard" / "samples"


def test_read_prints_a_line_for_each_file_and_draws_boxes(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [SAMPLES / "simulated-001_c1.png", tmp_path / "absent.png", SAMPLES / "simulated-004_c1.png"]
    assert run(registry, "read", *files, "--json", "--passes", "3", "--annotate", tmp_path / "out") == 1
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in said] == list(map(str, files))
    assert set(said[0]) == {"file", "karyotype", "counts", "findings", "readable", "reason", "seconds"}
    with (SAMPLES / "labels.csv").open(newline="") as lines:
        truth = {row["file"]: row["karyotype"] for row in csv.DictReader(lines)}
    assert [line["karyotype"] for line in said] == [truth[files[0].name], None, truth[files[2].name]]
    assert sum(said[0]["counts"].values()) == 46
    assert said[1]["reason"] == "No such file or directory"
    assert not said[1]["readable"]
    drawn = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert drawn == ["simulated-001_c1-read.png", "simulated-004_c1-read.png"]


def test_read_says_why_a_picture_cannot_be_read(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (300, 200), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    assert run(registry, "read", tmp_path / "blank.png", tmp_path / "text.png") == 1
    blank, text = capsys.readouterr().out.splitlines()
    assert blank.startswith(f"{tmp_path / 'blank.png'}: no karyotype: ")
    assert text.startswith(f"{tmp_path / 'text.png'}: no karyotype: ")


def test_files_to_annotate_need_different_names(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(registry, "read", "a/x.png", "b/x.png", "--annotate", tmp_path) == 2
    assert "different names to be annotated, got two of 'x'" in capsys.readouterr().err


@pytest.mark.parametrize("passes", ["0", "1001", "many"])
def test_passes_are_checked(registry: Registry, passes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(registry, "evaluate", "small", "--data", ".", "--passes", passes)
    assert stopped.value.code == 2
    assert f"must be a whole number from 1 to 1000, got '{passes}'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["list"], ["card"], ["evaluate"], ["read"], ["train"]])
def test_help_is_complete(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert "--help" in capsys.readouterr().out


def test_simulate_writes_the_same_pictures_for_the_same_seed(registry: Registry, tmp_path: Path) -> None:
    """Whatever the number of processes: 40 cases are enough for two."""
    for name, workers in (("one", "1"), ("two", "2")):
        command = ("simulate", "40", "--seed", "5", "--width", "200", "--workers", workers, "--out", tmp_path / name)
        assert run(registry, *command) == 0
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert written == ["labels.csv", *(f"simulated-{number:03d}_c1.png" for number in range(1, 41))]
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_simulate_writes_the_cells_of_mosaics(registry: Registry, tmp_path: Path) -> None:
    command = ("simulate", "5", "--cells", "2", "--kind", "trisomy", "--mosaics", "1", "--width", "200")
    assert run(registry, *command, "--out", tmp_path) == 0
    rows = read_rows(tmp_path / "labels.csv")
    assert list(rows[0]) == ["file", "case_id", "cell", "label", "karyotype", "kind", "case_karyotype"]
    assert [row["file"] for row in rows] == [f"{row['case_id']}_c{row['cell']}.png" for row in rows]
    assert [row["case_karyotype"].startswith("mos ") for row in rows] == [True] * 4 + [False]
    assert sorted(row["label"] for row in rows[:2]) == ["abnormal", "normal"]
    assert all(row["label"] == ("abnormal" if row["kind"] == "trisomy" else "normal") for row in rows)


def test_simulate_can_write_a_sheet_and_nothing_else(registry: Registry, tmp_path: Path) -> None:
    assert run(registry, "simulate", "3", "--variety", "held_out", "--width", "200", "--sheet", tmp_path / "s.png") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["s.png"]
    with Image.open(tmp_path / "s.png") as sheet:
        assert sheet.width > 2 * TILE_WIDTH


def test_simulate_wants_to_know_where_to_write(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(registry, "simulate", "3") == 2
    assert "--out FOLDER, --sheet FILE.png or both" in capsys.readouterr().err


def test_simulate_refuses_an_archive_without_crops(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crops.zip").write_text("chromosomes")
    command = ("simulate", "1", "--crops", tmp_path / "crops.zip", "--out", tmp_path)
    assert run(registry, *command) == 2
    assert "crops.zip: expected a ZIP archive" in capsys.readouterr().err


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_simulate_can_be_asked_for_one_kind(registry: Registry, tmp_path: Path) -> None:
    assert run(registry, "simulate", "2", "--kind", "trisomy", "--width", "300", "--out", tmp_path) == 0
    rows = read_rows(tmp_path / "labels.csv")
    assert [(row["label"], row["kind"]) for row in rows] == [("abnormal", "trisomy")] * 2


@pytest.mark.parametrize("profile", ["training", "constitutional", "leukaemia"])
def test_simulate_names_the_karyotype_of_a_profile(registry: Registry, tmp_path: Path, profile: str) -> None:
    command = ("simulate", "3", "--profile", profile, "--abnormal", "1", "--width", "300", "--out", tmp_path)
    assert run(registry, *command) == 0
    rows = read_rows(tmp_path / "labels.csv")
    assert all(row["label"] == "abnormal" and re.match(r"4\d,", row["karyotype"]) for row in rows)
    assert not {row["karyotype"] for row in rows} & {"46,XX", "46,XY"}


def test_simulated_folders_can_be_evaluated(registry: Registry, tmp_path: Path) -> None:
    assert run(registry, "simulate", "4", "--seed", "1", "--width", "400", "--out", tmp_path) == 0
    assert run(registry, "evaluate", "small", "--data", tmp_path, "--json", tmp_path / "figures.json") == 0
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["n"] == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simulate", "0", "--out", "x"], "whole number from 1"),
        (["simulate", "2", "--out", "x", "--seed", "-1"], "whole number from 0"),
        (["simulate", "2", "--out", "x", "--width", "10"], "whole number from 200"),
        (["simulate", "2", "--out", "x", "--abnormal", "7"], "number from 0 to 1"),
        (["simulate", "2", "--out", "x", "--abnormal", "much"], "number from 0 to 1"),
        (["simulate", "2", "--out", "x", "--cells", "0"], "whole number from 1"),
        (["simulate", "2", "--out", "x", "--mosaics", "2"], "number from 0 to 1"),
        (["simulate", "2", "--out", "x", "--variety", "wild"], "choose from 'fixed', 'wide', 'held_out'"),
        (["simulate", "2", "--out", "x", "--kind", "tetrasomy"], "'trisomy'"),
        (["simulate", "2", "--sheet", "x.jpg"], "name of a .png file"),
        (["train", "--name", "VGG16-new"], "lower-case letters"),
        (["train", "--name", "new", "--size", "301"], "whole number from 75 to 300"),
        (["train", "--name", "new", "--preparation", "squashed"], "choose from 'framed', 'packed', 'arranged'"),
        (["train", "--name", "new", "--budget", "0"], "number from 0.01 to 100"),
        (["train", "--name", "new", "--from", "small", "--trained", "all"], "invalid choice"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(
    registry: Registry, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(registry, *arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
