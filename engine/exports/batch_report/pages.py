"""A4 pages with running head and foot, in fonts that hold any name: the paper on which ``paper`` writes a report.

Source of the fonts: DejaVu 2.37, https://dejavu-fonts.github.io; their licence lies beside them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from fpdf import FPDF
from PIL import Image

Align = Literal["L", "R", "C"]

MARGIN: Final = 16.0  # millimetres, as all lengths here
WIDTH: Final = 210.0 - 2 * MARGIN
_FOOT: Final = 24.0
_FOOT_TOP: Final = 297.0 - _FOOT + 4
_NUMBER: Final = 30.0  # for the number of the page
_PADDING: Final = 1.5  # beside the text in a cell of a table
_FONTS: Final = Path(__file__).parent / "fonts"
_FAMILY: Final = "dejavu"
_POINT: Final = 0.3528
_LEADING: Final = 1.32
_MEASURED: Final = 100  # points: letters are measured at this size

INK: Final = (22, 33, 43)
MUTED: Final = (91, 103, 115)
LINE: Final = (214, 221, 227)
GROUND: Final = (244, 247, 248)
ACCENT: Final = (15, 107, 107)


@dataclass(frozen=True)
class Style:
    """How a text is set: its size in points, its weight and its colour."""

    size: float = 8.5
    bold: bool = False
    colour: tuple[int, int, int] = INK

    @property
    def height(self) -> float:
        """Of a line, in millimetres."""
        return self.size * _POINT * _LEADING


PLAIN: Final = Style()
STRONG: Final = Style(bold=True)
SMALL: Final = Style(7.2, colour=MUTED)


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its width, and on which side its text stands."""

    heading: str
    width: float
    align: Align = "L"


class Pages(FPDF):
    """A document that numbers its pages and repeats at the head and foot of each what ``running`` and ``foot`` say."""

    def __init__(self, title: str, running: str, foot: Sequence[str], made: datetime) -> None:
        """Begin a document of one empty page; the last line of ``foot`` stands out."""
        super().__init__(format="A4")
        self._running, self._foot = running, foot
        self._widths: dict[bool, dict[str, float]] = {False: {}, True: {}}
        for weight, file in (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf")):
            self.add_font(_FAMILY, weight, _FONTS / file)
        self._known = frozenset(self.fonts[_FAMILY].cmap)  # type: ignore[union-attr]
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.c_margin = 0.0
        self.set_title(self.clean(title))
        self.set_creator("Karyotriage")
        self.set_producer("Karyotriage")
        self.set_lang("en")
        self.set_creation_date(made)
        self.add_page()

    def header(self) -> None:
        """Draw the running head, from the second page on."""
        if self.page_no() > 1:
            self.line_of(MARGIN, 9.0, WIDTH, self._running, SMALL)
            self.rule(14.5)
        self.set_xy(MARGIN, MARGIN + (2 if self.page_no() > 1 else 0))

    def footer(self) -> None:
        """Draw what stands at the foot of every page."""
        self.rule(_FOOT_TOP)
        for number, text in enumerate(self._foot):
            last = number == len(self._foot) - 1
            style = Style(7.2, bold=last, colour=INK if last else MUTED)
            self.line_of(MARGIN, self._foot_line(number), WIDTH - (_NUMBER if last else 0), text, style)

    def number(self) -> None:
        """Write at the foot of each page which one of how many it is; to be called when nothing else will be."""
        last = self.page
        for page in range(1, last + 1):
            self.page = page
            self.use(Style(1))  # so that the page is told its font again
            text = f"Page {page} of {last}"
            y = self._foot_line(len(self._foot) - 1)
            self.line_of(MARGIN + WIDTH - _NUMBER, y, _NUMBER, text, SMALL, align="R")

    @staticmethod
    def _foot_line(number: int) -> float:
        return _FOOT_TOP + 1.5 + number * 4.0

    def file_id(self) -> str:
        """No random part: the same report gives the same bytes."""
        return ""

    def clean(self, text: str) -> str:
        """Make text printable: composed characters, no controls, and what no font here can draw by its number."""
        composed = unicodedata.normalize("NFC", " ".join(text.split()))
        return "".join(letter if ord(letter) in self._known else f"[U+{ord(letter):04X}]" for letter in composed)

    def use(self, style: Style) -> None:
        """Set font and colour of what is written next."""
        self.set_font(_FAMILY, "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)

    def rule(self, y: float) -> None:
        """Draw a thin line across the page."""
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, y, MARGIN + WIDTH, y)

    def line_of(self, x: float, y: float, width: float, text: str, style: Style, *, align: Align = "L") -> None:
        """Write one line at a place; what does not fit ends in dots."""
        line = self.clean(text)
        if self._width(line, style) > width:
            line = self._pieces(line, width - self._width("…", style), style)[0].rstrip() + "…"
        self._write(x, y, width, [line], style, align=align)

    def height_of(self, width: float, text: str, style: Style) -> float:
        """How high a paragraph of this width would be."""
        return style.height * len(self._wrapped(self.clean(text), width, style))

    def paragraph(self, x: float, y: float, width: float, text: str, style: Style, *, align: Align = "L") -> float:
        """Write a paragraph at a place; returns where it ends."""
        return self._write(x, y, width, self._wrapped(self.clean(text), width, style), style, align=align)

    def _write(self, x: float, y: float, width: float, lines: Sequence[str], style: Style, *, align: Align) -> float:
        self.use(style)
        for number, line in enumerate(lines):
            self.set_xy(x, y + number * style.height)
            self.cell(width, style.height, line, align=align)
        return y + len(lines) * style.height

    def _wrapped(self, text: str, width: float, style: Style) -> list[str]:
        """Break text into lines between words, and long words where the line ends.

        FPDF can do so too, but takes minutes for the thousands of rows of a large batch.
        """
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, style) <= width:
                lines[-1] = longer
            else:
                lines.extend(self._pieces(word, width, style))
        return lines

    def _pieces(self, word: str, width: float, style: Style) -> list[str]:
        """A word in as many pieces as it takes lines; a letter is never broken."""
        pieces = [""]
        for letter in word if self._width(word, style) > width else (word,):
            if pieces[-1] and self._width(pieces[-1] + letter, style) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def _width(self, text: str, style: Style) -> float:
        """How wide a line is: the sum of its letters, because nothing is kerned."""
        known = self._widths[style.bold]
        for letter in text:
            if letter not in known:
                self.use(Style(_MEASURED, bold=style.bold))
                known[letter] = self.get_string_width(letter) / _MEASURED
        return style.size * sum(map(known.__getitem__, text))

    def room(self, height: float) -> bool:
        """Whether so much still fits on this page."""
        return bool(self.get_y() + height <= 297.0 - _FOOT)

    def need(self, height: float) -> None:
        """Begin a new page unless so much still fits on this one."""
        if not self.room(height):
            self.add_page()

    def heading(self, text: str, keep: float = 20.0) -> None:
        """Write the heading of a section, never alone at the foot of a page."""
        self.need(12 + keep)
        self.set_y(self.get_y() + 5)
        y = self.paragraph(MARGIN, self.get_y(), WIDTH, text, Style(12.5, bold=True))
        self.set_y(y + 1.5)

    def table_head(self, columns: Sequence[Column]) -> None:
        """Draw the headings of a table."""
        self.set_fill_color(*GROUND)
        y = self.get_y()
        self.rect(MARGIN, y, sum(column.width for column in columns), 6.0, style="F")
        self.cells(columns, [column.heading for column in columns], Style(7.2, bold=True, colour=MUTED), y + 1.1)
        self.set_y(y + 6.6)

    def table_row(self, columns: Sequence[Column], texts: Sequence[str], style: Style = PLAIN) -> None:
        """Draw a row of a table as high as its longest text; on a new page the headings come again."""
        placed = zip(columns, texts, strict=True)
        height = max(self.height_of(column.width - 2 * _PADDING, text, style) for column, text in placed)
        if not self.room(height + 1.2):
            self.add_page()
            self.table_head(columns)
        y = self.get_y()
        self.cells(columns, texts, style, y)
        self.rule(y + height + 0.6)
        self.set_y(y + height + 1.2)

    def cells(self, columns: Sequence[Column], texts: Sequence[str], style: Style, y: float) -> None:
        """Write texts side by side."""
        x = MARGIN
        for column, text in zip(columns, texts, strict=True):
            self.paragraph(x + _PADDING, y, column.width - 2 * _PADDING, text, style, align=column.align)
            x += column.width

    def picture(self, image: Image.Image, x: float, y: float, width: float, height: float) -> None:
        """Draw a picture as large as the box allows, in its middle, and a frame around the box."""
        scale = min(width / image.width, height / image.height)
        wide, high = image.width * scale, image.height * scale
        self.image(image, x + (width - wide) / 2, y + (height - high) / 2, wide, high)
        self.frame(x, y, width, height)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Draw an empty box."""
        self.set_draw_color(*LINE)
        self.rect(x, y, width, height)
