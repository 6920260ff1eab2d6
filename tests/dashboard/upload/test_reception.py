"""An upload ends whatever becomes of its page, and what breaks it off is told and logged."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner_utils.exceptions import StopException

from dashboard.session import services
from dashboard.upload.reception import Reception
from engine.intake.intake import IncomingFile, Intake
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.servers import wait_until

NUMBER = 4


class Held(io.BytesIO):
    """A file that cannot be read before it is let go."""

    def __init__(self, data: bytes, let_go: threading.Event) -> None:
        super().__init__(data)
        self._let_go = let_go

    def read(self, size: int | None = -1, /) -> bytes:
        assert self._let_go.wait(60)
        return super().read(size)


def names(dashboard: Dashboard) -> list[str]:
    return sorted(karyogram.file_name for karyogram in records.karyograms(dashboard.engine))


def expected() -> list[str]:
    return [f"P001_c{number}.png" for number in range(NUMBER)]


def test_who_stops_watching_does_not_stop_the_upload(dashboard: Dashboard) -> None:
    intake, let_go = services.intake(), threading.Event()
    files = [IncomingFile(name, Held(records.png(seed), let_go)) for seed, name in enumerate(expected())]
    reception = Reception(intake, intake.open_batch("Monday", "pixels", 5, records.NOW), files, records.NOW)
    watching = reception.watch()
    assert next(watching).accepted == 0
    del watching
    let_go.set()
    wait_until(lambda: reception.tally.accepted == NUMBER)
    assert list(reception.watch())[1:] == []
    assert reception.error is None
    assert names(dashboard) == expected()


def test_a_page_closed_half_way_leaves_a_whole_batch(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit stops a script whose browser is gone when it next draws something."""
    app = dashboard.open()
    pictures = [(name, records.png(seed), "image/png") for seed, name in enumerate(expected())]
    app.file_uploader[0].set_value(pictures)
    app.run()

    def gone(*_: object, **__: object) -> None:
        raise StopException

    monkeypatch.setattr(DeltaGenerator, "progress", gone)
    app.button[-1].click().run()
    assert "batch" not in app.query_params  # the script did not come to its end
    wait_until(lambda: len(names(dashboard)) == NUMBER)
    assert names(dashboard) == expected()


def test_what_breaks_an_upload_off_is_shown_and_logged(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    process = Intake.process

    def breaks(*arguments: object) -> Iterator[object]:
        yield next(process(*arguments))  # type: ignore[arg-type]
        raise OSError("the *disk* is full")

    app = dashboard.open()
    pictures = [(name, records.png(seed), "image/png") for seed, name in enumerate(expected())]
    app.file_uploader[0].set_value(pictures)
    app.run()
    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr(Intake, "process", breaks)
        app.button[-1].click().run()
    assert rf"broke off at file 1 of {NUMBER}: the \*disk\* is full" in app.error[0].value
    assert "broke off at file 1 of 4" in caplog.text
    assert "OSError: the *disk* is full" in caplog.text
    assert names(dashboard) == expected()[:1]  # what came before is kept

    app.button[-1].click().run()  # the files are still in the form
    assert not app.error
    assert names(dashboard) == expected()
