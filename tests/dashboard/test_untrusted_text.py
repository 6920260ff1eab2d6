"""Text from outside on the pages: shown as it was typed, never as HTML, Markdown or a link; and no secret on any."""

from __future__ import annotations

import ast
import base64
import io

import pytest
from markdown_it import MarkdownIt
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from streamlit.testing.v1 import AppTest

from dashboard.drawing import thumbnails
from engine.people import DEMO
from engine.records import store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Karyogram
from models.judging.triage import TriageOutcome
from tests import records
from tests.dashboard.conftest import Dashboard, _forget
from tests.servers import REPOSITORY

HOSTILE = "<img src=x onerror=alert(1)> **loud** [here](http://evil.example) :red-badge[x] $E=mc^2$ <script>"
SECRET = "top-secret-4711"
Hostile = tuple[Batch, Karyogram]


@pytest.fixture
def hostile(dashboard: Dashboard) -> Hostile:
    """A signed karyogram where everything that people can type is hostile."""
    with open_session(dashboard.engine) as session:
        batch = store.add_batch(session, HOSTILE, "pixels", 5, records.NOW)
        case = store.find_or_add_case(session, batch.id, HOSTILE)
        sha256 = store.add_picture(session, records.png(1), "image/png")
        placed = {"batch": batch, "case": case, "cell": HOSTILE, "file_name": HOSTILE, "page": 0}
        size = {"image_sha256": sha256, "width": 120, "height": 100, "now": records.NOW}
        one = store.add_karyogram(session, **placed, **size)  # type: ignore[arg-type]
        store.save_verdict(session, records.verdict(one, TriageOutcome.FLAGGED_ABNORMAL))
        opinion = Opinion(Call.NORMAL, "46,XX", comment=HOSTILE, reason=HOSTILE)
        for person in DEMO[:2]:
            decisions.decide(session, person, one.id, opinion, records.NOW)
        session.commit()
    return batch, one


def shown(app: AppTest) -> list[str]:
    """Every text of a page that Streamlit draws as Markdown."""
    assert [exception.value for exception in app.exception] == []
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error)
    return [str(text.value) for kind in kinds for text in kind]


def tags(text: str) -> set[str]:
    """What a text becomes where Markdown is drawn: links, pictures, strong words, HTML."""
    drawn = MarkdownIt("commonmark", {"html": True}).parse(text)
    inside = [child for token in drawn for child in (token.children or [])]
    return {token.type for token in (*drawn, *inside) if "evil" in str(token.attrs) or token.type.startswith("html")}


@pytest.mark.parametrize("view", ["karyogram", "batches", "batches of one", "reading", "audit"])
def test_what_people_typed_is_shown_as_it_was_typed(dashboard: Dashboard, hostile: Hostile, view: str) -> None:
    batch, karyogram = hostile
    places = {"karyogram": {"karyogram": karyogram.id}, "batches of one": {"batch": batch.id}}
    app = dashboard.open(view.partition(" ")[0], **places.get(view, {}))
    for text in shown(app):
        assert tags(text) == set(), text
        assert ":red-badge[x]" not in text
        assert "**loud**" not in text
        assert "$E=mc^2$" not in text
    assert not [element for element in app.markdown if element.allow_html]


def test_it_is_shown_at_all(dashboard: Dashboard, hostile: Hostile) -> None:
    """The counter-test: the pages above do show the names, with every sign escaped."""
    said = "\n".join(shown(dashboard.open("karyogram", karyogram=hostile[1].id)))
    assert r"onerror\=alert" in said
    assert tags(HOSTILE) != set()


def test_no_page_draws_html_of_its_own() -> None:
    wrong = []
    for path in (REPOSITORY / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript"):
                wrong.append(f"{path}: {node.arg}")
            if isinstance(node, ast.Attribute) and node.attr in ("html", "components", "iframe"):
                wrong.append(f"{path}:{node.lineno} {node.attr}")
    assert wrong == []


def test_a_picture_is_encoded_anew_and_tells_nothing_of_its_patient(dashboard: Dashboard) -> None:
    text, buffer = PngInfo(), io.BytesIO()
    text.add_text("Comment", HOSTILE)
    exif = Image.Exif()
    exif[270] = HOSTILE
    Image.fromarray(records.pixels(5)).save(buffer, "png", pnginfo=text, exif=exif)
    assert HOSTILE.encode() in buffer.getvalue()
    records.add_batch(dashboard.engine, buffer.getvalue())
    (karyogram,) = records.karyograms(dashboard.engine)
    small = base64.b64decode(thumbnails.small([karyogram])[0].partition(",")[2])
    for png in (small, thumbnails.large(karyogram), thumbnails.cut_out(karyogram, [(10, 10, 40, 40)])):
        assert b"onerror" not in png
        image = Image.open(io.BytesIO(png))
        image.load()
        assert set(image.info) <= {"transparency"}
        assert len(image.getexif()) == 0


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", f"postgresql://karyotriage:{SECRET}@127.0.0.1:1/name"),
        ("REDIS_URL", f"redis://:{SECRET}@127.0.0.1:1/0"),
    ],
)
def test_no_page_shows_a_password(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variable: str, url: str
) -> None:
    monkeypatch.setenv(variable, url)
    _forget()
    app = dashboard.open("system")
    assert SECRET not in "\n".join(map(str, [*shown(app), app.main, app.sidebar]))
    assert SECRET not in caplog.text
