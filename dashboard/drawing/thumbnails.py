"""Pictures for the screen: the stored bytes decoded as the models see them, made small and kept for the next rerun."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFont

from dashboard.session import services
from engine.records import retention, store
from engine.vocabulary import Karyogram
from models import pictures
from models.judging import heatmap
from models.judging.heatmap import HeatMap
from models.judging.record import Box

_THUMBNAIL_SIZE = (168, 112)  # twice what the table draws, for sharp screens
_LARGE_SIZE = (2400, 2400)
_OWN_SIZE = (100_000, 100_000)
_CUT_HEIGHT = 200  # of the tallest part, in pixels
_CUT_MARGIN = 0.06  # of the tallest part
_LEGEND_SIZE = (160, 12)
_GREY = (128, 128, 128, 255)


def large(karyogram: Karyogram) -> bytes:
    """The picture as PNG at its own size, made smaller only beyond 2,400 pixels.

    Raises:
        PictureError: when the stored bytes cannot be decoded any more.
    """
    return _large_png(karyogram.image_sha256, karyogram.page)


def with_evidence(karyogram: Karyogram, heat_map: HeatMap) -> bytes:
    """The same picture with a heat map drawn over it.

    Raises:
        PictureError: when the stored bytes cannot be decoded any more.
    """
    return _evidence_png(karyogram.image_sha256, karyogram.page, karyogram.width, heat_map)


def data_url(png: bytes) -> str:
    """A picture inside an address, for a chart or the cell of a table."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def cut_out(karyogram: Karyogram, boxes: Sequence[Box]) -> bytes:
    """Parts of the picture side by side as PNG, all at the same scale and standing on one line.

    Args:
        karyogram: whose picture.
        boxes: at least one; left, top, right and bottom in pixels of the picture.

    Raises:
        PictureError: when the stored bytes cannot be decoded any more.
    """
    return _cut_out_png(karyogram.image_sha256, karyogram.page, tuple(boxes))


@st.cache_data(show_spinner=False)
def legend() -> bytes:
    """The colours of a heat map, from weak to strong."""
    return _png(heatmap.legend(*_LEGEND_SIZE))


def small(karyograms: Sequence[Karyogram]) -> list[str]:
    """The pictures as small data URLs for a table; of one that retention has removed an empty frame that says so.

    Empty where the stored bytes cannot be decoded any more.
    """
    gone = _removed([karyogram.image_sha256 for karyogram in karyograms])
    return [_frame() if karyogram.image_sha256 in gone else _thumbnail(karyogram) for karyogram in karyograms]


def removed_at(karyogram: Karyogram) -> datetime | None:
    """When retention removed the picture; None where it is there."""
    return _removed([karyogram.image_sha256]).get(karyogram.image_sha256)


def _removed(sha256s: Sequence[str]) -> dict[str, datetime]:
    """Asked each time: what was drawn earlier stays in the caches below, and must not be shown any more."""
    with services.session() as session:
        return retention.removed(session, sha256s)


def _thumbnail(karyogram: Karyogram) -> str:
    try:
        return data_url(_small_png(karyogram.image_sha256, karyogram.page))
    except pictures.PictureError:
        return ""


@st.cache_data(show_spinner=False)
def _frame() -> str:
    """A frame with the word "removed", in a grey that reads on light and on dark."""
    image = Image.new("RGBA", _THUMBNAIL_SIZE, (0, 0, 0, 0))
    pen, (width, height) = ImageDraw.Draw(image), _THUMBNAIL_SIZE
    pen.rounded_rectangle((1, 1, width - 2, height - 2), 8, outline=_GREY, width=2)
    pen.text((width / 2, height / 2), "removed", fill=_GREY, font=ImageFont.load_default(26), anchor="mm")
    return data_url(_png(image))


# Two caches, because a large picture takes as much memory as hundreds of thumbnails.
@st.cache_data(show_spinner=False, max_entries=4000)
def _small_png(sha256: str, page: int) -> bytes:
    # a palette of 64 greys halves the bytes, and nobody can see it at this size
    return _png(_picture(sha256, page, _THUMBNAIL_SIZE).quantize(64), optimize=True)


@st.cache_data(show_spinner=False, max_entries=32)
def _large_png(sha256: str, page: int) -> bytes:
    return _png(_picture(sha256, page, _LARGE_SIZE))


@st.cache_data(show_spinner=False, max_entries=32)
def _evidence_png(sha256: str, page: int, width: int, heat_map: HeatMap) -> bytes:
    image = _picture(sha256, page, _LARGE_SIZE)
    return _png(heatmap.overlay(np.asarray(image), heat_map.scaled(image.width / width)))


@st.cache_data(show_spinner=False, max_entries=256)
def _cut_out_png(sha256: str, page: int, boxes: tuple[Box, ...]) -> bytes:
    image = _picture(sha256, page, _OWN_SIZE)
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    margin, scale = round(_CUT_MARGIN * tallest), _CUT_HEIGHT / max(1.0, tallest)
    parts = [_enlarged(image, box, margin, scale) for box in boxes]
    gap, paper = round(margin * scale), _paper(image)
    width = sum(part.width for part in parts) + gap * (len(parts) - 1)
    height = max(part.height for part in parts)
    sheet, left = Image.new("L", (width, height), paper), 0
    for part in parts:
        sheet.paste(part, (left, height - part.height))
        left += part.width + gap
    return _png(sheet)


def _enlarged(image: Image.Image, box: Box, margin: int, scale: float) -> Image.Image:
    """A box with some paper around it, also beyond the edge of the picture."""
    left, top, right, bottom = round(box[0]) - margin, round(box[1]) - margin, round(box[2]), round(box[3])
    size = max(1, right + margin - left), max(1, bottom + margin - top)
    part = Image.new("L", size, _paper(image))
    part.paste(image, (-left, -top))
    return part.resize((max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), Image.Resampling.BICUBIC)


def _paper(image: Image.Image) -> int:
    """The grey that most of a picture has."""
    return int(np.argmax(image.histogram()))


def _picture(sha256: str, page: int, size: tuple[int, int]) -> Image.Image:
    """A stored page, made smaller where it is larger than ``size`` (width, height)."""
    with services.session() as session:
        data = store.picture(session, sha256)
    image = Image.fromarray(pictures.page(data, page, services.limits()))
    image.thumbnail(size, Image.Resampling.LANCZOS)
    return image


def _png(image: Image.Image, *, optimize: bool = False) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=optimize)
    return buffer.getvalue()
