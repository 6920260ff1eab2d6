"""The page "Model comparison" without a browser: empty, with few runs, with all, and what an address says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from models.experiments import record
from tests import runs
from tests.dashboard.conftest import Dashboard

SECTIONS = {
    "Abnormal or normal": ("ROC", "Precision-recall", "Confusion"),
    "Training": ("Loss", "AUC", "Precision", "Recall"),
    "Probabilities and doubt": ("Share", "Risk", "Risk"),
    "Number of passes": (),
    "Wrong cases": (),
}
"""How the charts of each section begin, with runs that were judged by one number of passes."""
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
    assert charts(app)[0].startswith("ROC curves. Simulated data: D · real data: B.")
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


def test_runs_that_were_judged_by_more_passes_show_how_figures_move(filled: Dashboard) -> None:
    told = charts(filled.open("comparison", section="Number of passes", run1=PUBLISHED, run3=PASSES))
    about_passes = [text for text in told if "against the number of passes" in text]
    assert len(about_passes) == 2
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
    assert app.expander[0].label == "4 trials failed"
