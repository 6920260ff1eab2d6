"""The page "Model comparison" without a browser: empty, with few runs, with all, and what an address says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.comparison.drawing import capital
from models.experiments import record
from models.experiments.deferral import REASONS
from tests import runs
from tests.dashboard.comparison.test_frames import flat
from tests.dashboard.comparison.test_origins import recombined
from tests.dashboard.conftest import Dashboard

SECTIONS = {
    "Abnormal or normal": ("ROC", "Precision-recall", "Confusion"),
    "Training": ("Loss", "AUC", "Precision", "Recall"),
    "Probabilities": ("Share",),
    "Number of passes": (),
    "Wrong cases": (),
}
"""How the charts of each section of several runs begin, with runs that were judged by one number of passes."""
BY_CASE = "processed-data-on-vgg16-source-task-by-case-simulated"
THESIS_ROC = "ROC curves. Simulated data. Judged by the probability at one half, as in the thesis. "
PUBLISHED = "processed-data-on-vgg16-source-task-as-published-simulated"
PASSES = "passes-vgg16-by-case-simulated"
REAL = "inceptionv3-trained-as-a-whole-none-by-case-real"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of records, which the dashboard shows."""
    folder = tmp_path / "experiments"
    monkeypatch.setenv("KARYOTRIAGE_EXPERIMENTS", str(folder))
    return folder


@pytest.fixture
def filled(dashboard: Dashboard, folder: Path) -> Dashboard:
    """A dashboard with some runs of each kind."""
    runs.write(folder, runs.some())
    return dashboard


def said(app: AppTest) -> str:
    assert [exception.value for exception in app.exception] == []
    texts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(text.value) for text in texts)


def charts(app: AppTest) -> list[str]:
    """What each chart says to those who cannot see it."""
    return [str(element.proto.alt) for element in app.get("vega_lite_chart")]


def table(app: AppTest) -> pd.DataFrame:
    frame: Any = app.dataframe[0].value
    assert isinstance(frame, pd.DataFrame)
    return frame


def group(app: AppTest, label: str) -> Any:
    """The pills or segments with a label."""
    return next(group for group in app.button_group if group.label == label)


def test_an_empty_page_says_which_command_fills_it(dashboard: Dashboard, folder: Path) -> None:
    app = dashboard.open("comparison")
    assert "python -m models experiment --all" in said(app)
    assert charts(app) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_with_two_runs_each_section_compares_both_at_once(dashboard: Dashboard, folder: Path, section: str) -> None:
    runs.write(folder, runs.few())
    app = dashboard.open("comparison", section=section)
    assert "2 runs" in said(app)
    told = charts(app)
    assert all(text.startswith(word) for text, word in zip(told, SECTIONS[section], strict=True))
    assert all("Simulated data" in text and "run A" in text and "run B" in text for text in told)


def test_the_page_opens_with_the_first_section_alone(dashboard: Dashboard, folder: Path) -> None:
    runs.write(folder, runs.few())
    assert len(charts(dashboard.open("comparison"))) == len(SECTIONS["Abnormal or normal"])


def test_the_page_opens_on_the_thesis_main_row_with_both_splits(filled: Dashboard) -> None:
    app = filled.open("comparison")
    assert f"run A, {'Processed data on VGG16'}, by case" in charts(app)[0]
    assert f"run B, {'Processed data on VGG16'}, as published" in charts(app)[0]


def test_with_all_runs_the_table_shows_sensitivity_first_beside_the_thesis(dashboard: Dashboard, folder: Path) -> None:
    written = runs.write(folder, runs.every())
    app = dashboard.open("comparison")
    shown = table(app)
    assert len(shown) == len(written) > 60
    figures = [name for name in shown.columns if name in ("sensitivity", "auc", "precision", "specificity", "accuracy")]
    assert figures[0] == "sensitivity"
    assert figures[-1] == "accuracy"
    row = shown[shown["title"] == "InceptionV3 trained as a whole"].iloc[0]
    assert row["thesis_sensitivity"] == 0.89
    value, _, interval = str(row["sensitivity"]).partition(" ")
    low, high = (float(part) for part in interval.strip("()").split("-"))
    assert low <= float(value) <= high
    assert math.isnan(shown.loc[shown["network"] == "ResNet50V2", "thesis_auc"].iloc[0])


def test_the_columns_are_those_that_somebody_looks_for(filled: Dashboard) -> None:
    app = filled.open("comparison")
    assert list(app.dataframe[0].proto.column_order)[5] == "sensitivity"
    choice = group(app, "Columns")
    choice.set_value("Other figures").run()
    shown = list(app.dataframe[0].proto.column_order)
    assert shown[-2:] == ["accuracy", "thesis_accuracy"]
    assert "sensitivity" not in shown
    app = filled.open("comparison", columns="All")
    assert set(app.dataframe[0].proto.column_order) == set(table(app).columns)


def test_an_address_filters_the_table_and_chooses_the_runs(filled: Dashboard) -> None:
    app = filled.open("comparison", edition="real", split="by case", start="none", run2=REAL, run4=BY_CASE)
    shown = table(app)
    assert set(shown["edition"]) == {"Real"}
    assert set(shown["split"]) == {"By case"}
    assert len(shown) == 2
    assert charts(app)[0].startswith("ROC curves. Real data: B · Simulated data: D.")
    assert app.query_params["edition"] == "real"


def test_every_figure_at_a_threshold_follows_what_it_is_judged_by(filled: Dashboard) -> None:
    app = filled.open("comparison")
    before, drawn = table(app), charts(app)
    assert all("Judged by the probability at one half, as in the thesis" in text for text in drawn)
    group(app, "Judged by").set_value("calibrated").run()
    after = table(app)
    assert (before["sensitivity"] != after["sensitivity"]).any()
    assert (before["thesis_sensitivity"].dropna() == after["thesis_sensitivity"].dropna()).all()
    assert len(charts(app)) == len(drawn) == len(SECTIONS["Abnormal or normal"])
    assert all("Judged by the probability calibrated on the validation side" in text for text in charts(app))
    (before_cells, after_cells) = (shown[-1].partition("run A")[2] for shown in (drawn, charts(app)))
    assert before_cells != after_cells  # of the confusion matrices


def test_the_address_says_by_what_figures_are_judged(filled: Dashboard) -> None:
    app = filled.open(
        "comparison", show="What leakage is worth", judged="Probability calibrated on the validation side"
    )
    assert "Judged by the probability calibrated on the validation side" in charts(app)[0]


def test_a_filter_goes_into_the_address(filled: Dashboard) -> None:
    app = filled.open("comparison")
    network = next(pills for pills in app.button_group if pills.label == "Network")
    network.set_value(["inceptionv3"]).run()
    assert set(table(app)["network"]) == {"InceptionV3"}
    assert app.query_params["network"] == "inceptionv3"


def test_a_run_is_taken_out_and_the_others_keep_their_letters(filled: Dashboard) -> None:
    app = filled.open("comparison", run1=BY_CASE, run2=PUBLISHED)
    app.button[0].click().run()
    assert "run1" not in app.query_params
    assert charts(app)[0].startswith(THESIS_ROC + "run B, Processed data on VGG16, as published")


def test_with_no_run_chosen_the_page_says_how_to_choose_some(filled: Dashboard) -> None:
    app = filled.open("comparison", run1="none")
    assert "by clicking their rows" in said(app)
    assert charts(app) == []


def test_a_run_that_is_not_there_any_more_is_left_out(filled: Dashboard) -> None:
    app = filled.open("comparison", run1="gone", run2=PUBLISHED)
    assert "run A" not in charts(app)[0]
    assert "run B" in charts(app)[0]


def test_a_broken_record_is_told_and_hides_no_other(dashboard: Dashboard, folder: Path) -> None:
    written = runs.write(folder, runs.few())
    broken = record.path_of(written[0], folder).with_name("broken.json")
    broken.write_text("{", encoding="utf-8")
    app = dashboard.open("comparison")
    assert "A record cannot be read" in said(app)
    assert "broken" in said(app)
    assert len(table(app)) == 2


def test_a_record_that_was_written_anew_is_read_anew(dashboard: Dashboard, folder: Path) -> None:
    written = runs.write(folder, runs.few())
    app = dashboard.open("comparison")
    record.write(runs.renamed(written[0], "another title"), folder)
    app.run()
    assert "Another title" in set(table(app)["title"])


def test_wrong_cases_have_label_mean_probability_and_agreement(filled: Dashboard) -> None:
    app = filled.open("comparison", section="Wrong cases", run1=PUBLISHED)
    wrong: Any = app.dataframe[1].value
    assert {"actual", "predicted", "mean", "agreement"} <= set(wrong.columns)
    assert (wrong["actual"] != wrong["predicted"]).all()
    assert wrong["agreement"].between(50, 100).all()
    assert "Click a row to see its karyogram" in said(app)
    assert "80 % rule" in said(app)


def test_all_reasons_to_defer_of_one_run_stand_side_by_side_until_one_of_them_compares_runs(filled: Dashboard) -> None:
    app = filled.open("comparison", section="Reasons to defer", run1=PUBLISHED, run2=BY_CASE)
    told = charts(app)
    assert [text.partition(" of ")[2].partition(" karyograms")[0] for text in told] == ["abnormal", "normal"]
    assert all("run A" in text and "run B" not in text for text in told)
    areas = app.table[0].value
    assert list(areas["Reason to defer"]) == [capital(name) for name in REASONS]
    assert all(f"{name}: mean risk {area}" in told[0] for name, area in zip(REASONS, areas.iloc[:, 1], strict=True))
    group(app, "Run").set_value("B").run()
    assert all("run B" in text and "run A" not in text for text in charts(app))
    group(app, "Doubt measured by").set_value("entropy").run()
    assert all("ordered by entropy" in text and "run A" in text and "run B" in text for text in charts(app))
    assert len(app.table[0].value) == 2


def test_a_doubt_that_is_the_same_for_all_pictures_is_said_to_tell_nothing(dashboard: Dashboard, folder: Path) -> None:
    one, other = runs.few()
    runs.write(folder, [flat(one, "calibrated"), other])
    app = dashboard.open("comparison", section="Reasons to defer", run1=other.name, run2="flat-calibrated")
    assert "Tells nothing" not in said(app)
    group(app, "Run").set_value("B").run()
    assert "Tells nothing, the same for all pictures: calibrated probability." in said(app)
    group(app, "Doubt measured by").set_value("calibrated probability").run()
    assert "Tells nothing, the same for all pictures: B." in said(app)


def test_the_run_that_is_asked_for_is_the_same_in_each_section(filled: Dashboard) -> None:
    app = filled.open("comparison", section="Reasons to defer", run1=PUBLISHED, run2=BY_CASE)
    group(app, "Run").set_value("B").run()
    assert "29 pictures in the test set" not in said(app)
    app.query_params["section"] = "Wrong cases"
    assert "29 pictures in the test set" in said(app.run())


def test_probabilities_are_compared_in_one_table(filled: Dashboard) -> None:
    app = filled.open("comparison", section="Probabilities", run1=PUBLISHED, run2=BY_CASE)
    shown = app.table[0].value
    assert list(shown.columns) == ["Run", "Probability", "Brier", "NLL", "ECE"]
    assert len(shown) == 2 * 3


def test_a_run_with_one_probability_for_all_pictures_tells_nothing(dashboard: Dashboard, folder: Path) -> None:
    one, other = runs.few()
    runs.write(folder, [flat(one, "probability"), other])
    app = dashboard.open("comparison", run1="flat-probability", run2=other.name)
    assert said(app).count("**This run tells nothing:** every picture has the same probability.") == 1
    assert said(app).count("AUC **") == 1
    assert list(table(app)["auc"]).count("tells nothing") == 1


def test_a_real_edition_that_is_mostly_recombined_is_called_so_on_the_whole_page(
    dashboard: Dashboard, folder: Path
) -> None:
    run = runs.write(folder, [recombined(runs.run("origin", edition="real"), 24)])[0]
    line = "Real chromosomes, 24 of 29 test pictures recombined"
    for section in (*SECTIONS, "Reasons to defer"):
        app = dashboard.open("comparison", section=section, run1=run.name)
        assert f"{line} · by case" in said(app)  # on the card
        assert all(line in text for text in charts(app))
        assert "real data" not in (said(app) + " ".join(charts(app))).lower()
    assert f"{line}; 29 pictures in the test set" in said(dashboard.open("comparison", section="Wrong cases"))
    assert set(table(app)["edition"]) == {"Real, mostly recombined"}
    assert group(app, "Data").options == ["Real, mostly recombined"]


def test_runs_that_were_judged_by_more_passes_show_how_figures_move(filled: Dashboard) -> None:
    told = charts(filled.open("comparison", section="Number of passes", run1=PUBLISHED, run3=PASSES))
    about_passes = [text for text in told if "against the number of passes" in text]
    assert len(about_passes) == 4
    assert all("run C" in text and "run A" not in text and "1000 passes" in text for text in about_passes)


def test_where_no_run_was_judged_by_more_passes_the_section_says_so(filled: Dashboard) -> None:
    assert "those with 100 passes were" in said(filled.open("comparison", section="Number of passes", run1=PUBLISHED))


def test_pictures_of_real_karyograms_are_not_offered(filled: Dashboard) -> None:
    app = filled.open("comparison", section="Wrong cases", run1=REAL)
    assert "their pictures are not shown" in said(app)


def test_leakage_has_a_chart_for_each_edition_and_follows_the_figure(filled: Dashboard) -> None:
    app = filled.open("comparison", show="What leakage is worth")
    assert [text.partition(".")[0] for text in charts(app)] == ["Sensitivity with both splits"] * 2
    assert "Simulated data" in charts(app)[0]
    assert "Real data" in charts(app)[1]
    group(app, "Figure").set_value("auc").run()
    assert charts(app)[0].startswith("AUC with both splits")


def test_a_search_counts_its_failed_trials_and_leaves_them_out(filled: Dashboard) -> None:
    app = filled.open("comparison", show="Search for hyper-parameters")
    assert [text.partition(" against ")[0] for text in charts(app)] == ["Validation loss of 36 trials"] * 2
    assert all("4 of 40 trials failed" in text for text in charts(app))
    assert all("By case · VGG16 · source task weights" in text for text in charts(app))
    assert app.expander[0].label == "4 trials failed"
