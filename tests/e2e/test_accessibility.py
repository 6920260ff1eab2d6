"""Every page in a real browser: readable in both themes, as wide as its window, without an error of the console."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from engine.records import database
from tests import many
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import opened, page_addresses

# axe-core 4 by Deque, as shipped by axe-playwright-python
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async rules => (await axe.run({runOnly: rules})).violations.flatMap(violation => violation.nodes.map(
    node => `${violation.id}: ${node.html.slice(0, 120)}: ${node.failureSummary}`))"""
WIDER = """() => { const main = document.querySelector('[data-testid=stMain]');
    const parts = [main, ...document.querySelectorAll('.dvn-scroller')];  // the page itself, and each of its tables
    return Math.max(document.documentElement.scrollWidth - innerWidth,
        ...parts.map(part => part.scrollWidth - part.clientWidth)) }"""
SIZES = ((1280, 720), (2560, 1440))


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page that is open."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, RULES)
    if found:  # perhaps a part that is drawn anew, which fades in: what is really wrong stays so
        page.wait_for_timeout(1500)
        stays: list[str] = page.evaluate(RUN, RULES)
        return [each for each in stays if each in found]
    return []


def is_error(message: ConsoleMessage) -> bool:
    """Whether something went wrong; Streamlit looks for its own files beside the page first, and takes a no."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_everybody(
    karyotriage: Karyotriage, sqlite_url: str, page: Page, scheme: Any
) -> None:
    engine = database.connect(sqlite_url)
    many.fill(engine, 400)
    paths = [
        path for path in page_addresses(engine) if not path.startswith(("batches?list", "batches?name", "overview?"))
    ]
    engine.dispose()
    paths.append("upload?batch=gone")  # a warning
    wrong: list[str] = []
    page.on("console", lambda told: wrong.append(f"{page.url}: {told.text}") if is_error(told) else None)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.emulate_media(color_scheme=scheme)
    width, height = SIZES[scheme == "dark"]
    page.set_viewport_size({"width": width, "height": height})
    for path in paths:
        opened(page, f"{karyotriage.address}/{path}")
        wrong += [f"{path}: {said}" for said in page.get_by_role("dialog").all_inner_texts()]  # no such page
        wrong += [f"{path}: {each}" for each in violations(page)]
        if page.evaluate(WIDER) > 0:
            wrong.append(f"{path} is wider than {width} pixels")
    assert not wrong, "\n".join(wrong)
