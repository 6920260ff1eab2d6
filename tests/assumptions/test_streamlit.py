"""What we rely on in Streamlit: navigation, live fragments, its test driver, and the options that we set."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from tests.conftest import REPOSITORY


def leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def our_options() -> list[tuple[str, Any]]:
    text = (REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    return list(leaves(tomllib.loads(text)))


@pytest.mark.parametrize(("option", "value"), our_options())
def test_every_option_that_we_set_is_known(option: str, value: object) -> None:
    """Streamlit only warns of an unknown option in its log and goes on without it."""
    assert option in config.get_config_options(force_reparse=False)


def test_the_options_that_protect_patients_data_are_set() -> None:
    options = dict(our_options())
    assert options["browser.gatherUsageStats"] is False
    assert options["server.enableXsrfProtection"] is True
    assert options["server.maxUploadSize"] >= 200


def test_the_test_driver_runs_a_script_and_presses_its_buttons() -> None:
    script = "import streamlit as st\nif st.button('Go', key='go'):\n    st.success('gone')"
    app = AppTest.from_string(script, default_timeout=30).run()
    assert not app.exception
    app.button(key="go").click().run()
    assert [message.value for message in app.success] == ["gone"]


def test_a_new_key_makes_a_new_widget() -> None:
    """How the uploader is emptied after its files were handed on."""
    script = """
import streamlit as st
round_ = st.session_state.get("round", 0)
st.text_input("Name", key=f"name_{round_}")
if st.button("Clear"):
    st.session_state["round"] = round_ + 1
    st.rerun()
"""
    app = AppTest.from_string(script, default_timeout=30).run()
    app.text_input[0].input("full").run()
    assert app.text_input[0].value == "full"
    app.button[0].click().run()
    assert app.text_input[0].value == ""


def test_a_fragment_can_run_by_itself_every_so_often() -> None:
    assert "run_every" in inspect.signature(st.fragment).parameters


def test_several_files_of_chosen_kinds_can_be_uploaded_at_once() -> None:
    assert {"accept_multiple_files", "type", "key"} <= set(inspect.signature(st.file_uploader).parameters)


def test_a_file_that_was_taken_in_can_be_forgotten() -> None:
    """Else it would be held for as long as its browser stays connected."""
    manager = MemoryUploadedFileManager("/upload")
    manager.add_file("session", UploadedFileRec("1", "a.png", "image/png", b"bytes"))
    manager.remove_file("session", "1")
    assert manager.get_files("session", ["1"]) == []


def test_pages_are_objects_with_addresses_of_their_own() -> None:
    assert {"title", "icon", "url_path", "default", "visibility"} <= set(inspect.signature(st.Page).parameters)
    assert "pages" in inspect.signature(st.navigation).parameters


def test_a_chart_tells_what_was_clicked_to_a_function() -> None:
    """A click on a box of the picture chooses a chromosome; the selection stands under the chart's key."""
    assert {"on_select", "selection_mode", "key", "alt"} <= set(inspect.signature(st.altair_chart).parameters)
    script = """
import altair as alt
import pandas as pd
import streamlit as st
clicked = alt.selection_point(name="clicked", fields=["object"], on="click")
chart = alt.Chart(pd.DataFrame({"object": [1]})).mark_point().encode(x="object").add_params(clicked)
st.altair_chart(chart, key="chart", on_select=lambda: None, selection_mode="clicked")
st.write(st.session_state["chart"]["selection"]["clicked"])
"""
    app = AppTest.from_string(script, default_timeout=30).run()
    assert not app.exception
    assert app.get("json") or app.markdown
