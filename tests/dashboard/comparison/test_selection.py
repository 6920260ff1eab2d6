"""Five places for runs: what a click changes, and that a run keeps its place."""

from __future__ import annotations

from dashboard.comparison import selection
from dashboard.comparison.selection import NOTHING, after_click

SHOWN = ["a", "b", "c", "d", "e", "f", "g"]


def test_runs_take_the_first_free_place() -> None:
    assert after_click(("a", "", "c", "", ""), SHOWN, ["a", "c", "b"], None) == ("a", "b", "c", "", "")


def test_a_run_that_is_taken_out_leaves_the_others_where_they_are() -> None:
    assert after_click(("a", "b", "c", "", ""), SHOWN, ["b", "c"], None) == ("", "b", "c", "", "")
    assert selection.without(("a", "b", "c", "", ""), "b") == ("a", "", "c", "", "")


def test_a_click_on_a_row_chooses_it_and_a_second_one_takes_it_out() -> None:
    once = after_click(NOTHING, SHOWN, [], "d")
    assert once == ("d", "", "", "", "")
    assert after_click(once, SHOWN, ["d"], "d") == NOTHING


def test_a_sixth_run_changes_nothing() -> None:
    full = ("a", "b", "c", "d", "e")
    assert after_click(full, SHOWN, list(full), "f") == full
    assert after_click(full, SHOWN, [*full, "g"], None) == full


def test_a_chosen_run_that_the_filter_hides_stays_chosen() -> None:
    assert after_click(("hidden", "a", "", "", ""), SHOWN, ["b"], None) == ("hidden", "b", "", "", "")


def test_an_address_is_cut_to_runs_that_exist_each_once() -> None:
    assert selection.known(["a", "x", "a", "b"], SHOWN) == ("a", "", "", "b", "")
    assert selection.known([*SHOWN], SHOWN) == ("a", "b", "c", "d", "e")
    assert selection.known([], SHOWN) == NOTHING
