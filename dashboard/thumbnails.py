"""Pictures for the screen: the stored bytes decoded as the models see them, made small and kept for the next rerun."""

from __future__ import annotations

import base64
import io

import numpy as np
import streamlit as st
from PIL import Image

from dashboard import services
from engine import store
from engine.vocabulary import Karyogram
from models import pictures
from models.judging import heatmap
from models.judging.heatmap import HeatMap

_THUMBNAIL_SIZE = (168, 112)  # twice what the table draws, for sharp screens
_LARGE_SIZE = (2400, 2400)
_LEGEND_SIZE = (160, 12)


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


@st.cache_data(show_spinner=False)
def legend() -> bytes:
    """The colours of a heat map, from weak to strong."""
    return _png(heatmap.legend(*_LEGEND_SIZE))


def thumbnail(karyogram: Karyogram) -> str:
    """The picture as a small data URL for a table; empty when the stored bytes cannot be decoded any more."""
    try:
        png = _small_png(karyogram.image_sha256, karyogram.page)
    except pictures.PictureError:
        return ""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


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
