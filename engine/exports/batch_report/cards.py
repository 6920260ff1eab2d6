"""One flagged karyogram on paper: its picture, why it was flagged, and what people say of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from PIL import Image
from sqlalchemy.orm import Session

from engine.exports.batch_report import facts
from engine.exports.batch_report.entries import Entry
from engine.exports.batch_report.pages import LINE, MARGIN, MUTED, PLAIN, SMALL, STRONG, WIDTH, Pages, Style
from engine.exports.batch_report.symbols import symbol
from engine.exports.redaction import BY_DEFAULT, Shown, redacted
from engine.records import store
from engine.records.retention import RemovedPictureError
from engine.reviewing import corrections
from engine.vocabulary import Karyogram
from engine.wording import case_and_cell, named, reason_sentence
from models import pictures
from models.judging.triage import TriageOutcome
from models.pictures import Limits

_PICTURE: Final = (66.0, 46.5)  # millimetres
_PIXELS: Final = (780, 550)  # about 300 to the inch
_QUALITY: Final = 82
_TEXT: Final = MARGIN + _PICTURE[0] + 5
_TEXT_WIDTH: Final = WIDTH - _PICTURE[0] - 5
_FINDINGS: Final = 6
_GAP: Final = 4.0


class Illustrator:
    """Loads pictures one at a time, made small and grey for paper."""

    def __init__(self, session: Session, limits: Limits, shown: Shown = BY_DEFAULT) -> None:
        """Load from this record store, within these limits; ``shown``: of patients."""
        self._session, self._limits, self._shown = session, limits, shown

    def picture(self, karyogram: Karyogram) -> Image.Image | str:
        """Return the picture of a karyogram, or in a sentence why there is none."""
        if not self._shown.names:
            return "Left out: a name may be burnt into it."
        try:
            data = store.picture(self._session, karyogram.image_sha256)
            pixels = pictures.page(data, karyogram.page, self._limits)
        except RemovedPictureError as error:
            return f"{str(error).capitalize()}."
        except pictures.PictureError:
            return "This picture cannot be decoded any more."
        if not self._shown.whole_pictures:
            boxes = [found.seen.box for found in corrections.on_page(self._session, karyogram)]
            if not boxes:
                return "Left out: no chromosome was read on it."
            pixels = redacted(pixels, boxes)
        image = Image.fromarray(pixels)
        image.thumbnail(_PIXELS, Image.Resampling.LANCZOS)
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=_QUALITY)
        return Image.open(packed)


def card(pages: Pages, entry: Entry, illustrator: Illustrator) -> None:
    """Draw one karyogram; it is never torn between two pages."""
    texts = list(_texts(entry))
    high = sum(pages.height_of(_TEXT_WIDTH, text, style) + 0.8 for text, style in texts) + 7
    height = max(_PICTURE[1], high)
    pages.need(height)
    y = pages.get_y()
    _draw_picture(pages, illustrator.picture(entry.karyogram), y)
    below = _head(pages, entry, y)
    for text, style in texts:
        below = pages.paragraph(_TEXT, below, _TEXT_WIDTH, text, style) + 0.8
    pages.set_y(y + height + _GAP)


def _head(pages: Pages, entry: Entry, y: float) -> float:
    symbol(pages, entry.outcome, _TEXT, y + 0.8)
    name = case_and_cell(entry.karyogram.case_name, entry.karyogram.cell)
    outcome = named(entry.outcome or TriageOutcome.FAILED)
    pages.line_of(_TEXT + 5, y, _TEXT_WIDTH - 41, name, Style(10, bold=True))
    pages.line_of(_TEXT + _TEXT_WIDTH - 36, y + 0.4, 36, outcome, STRONG, align="R")
    return y + 6


def _draw_picture(pages: Pages, image: Image.Image | str, y: float) -> None:
    if isinstance(image, Image.Image):
        pages.picture(image, MARGIN, y, *_PICTURE)
        return
    pages.set_draw_color(*LINE)
    pages.frame(MARGIN, y, *_PICTURE)
    pages.line_of(MARGIN, y + _PICTURE[1] / 2 - 2, _PICTURE[0], image, SMALL, align="C")


def _texts(entry: Entry) -> Iterator[tuple[str, Style]]:
    karyogram, verdict = entry.karyogram, entry.verdict
    page = f", page {karyogram.page + 1}" if karyogram.page else ""
    yield f"{karyogram.file_name}{page}", SMALL
    if entry.outcome is TriageOutcome.FAILED:
        yield f"No engine could judge it: {karyogram.failure or 'no reason given'}", PLAIN
    elif verdict is not None:
        yield " ".join(reason_sentence(reason, verdict) for reason in verdict.reasons), PLAIN
        found = sorted(verdict.findings, key=lambda finding: -finding.probability)
        for finding in found[:_FINDINGS]:
            yield f"{finding.in_short} · {finding.in_words}", PLAIN
        if len(found) > _FINDINGS:
            yield f"and {len(found) - _FINDINGS} more findings", SMALL
        if verdict.suggestion is not None and verdict.suggestion.iscn:
            yield f"Suggested by the model, for a person to check: {verdict.suggestion.iscn}", Style(8.5, colour=MUTED)
    yield facts.reading_line(entry), STRONG
    yield from ((text, PLAIN) for text in facts.remarks(entry))
