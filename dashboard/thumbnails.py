"""Pictures for the screen: the stored bytes decoded as the models see them, made small and kept for the next rerun."""

from __future__ import annotations

import base64
import io

import streamlit as st
from PIL import Image

from dashboard import services
from engine import store
from engine.vocabulary import Karyogram
from models import pictures

_THUMBNAIL_SIZE = (168, 112)  # twice what the table draws, for sharp screens
_LARGE_SIZE = (2400, 2400)


def large(karyogram: Karyogram) -> bytes:
    """The picture as PNG at its own size, made smaller only beyond 2,400 pixels.

    Raises:
        PictureError: when the stored bytes cannot be decoded any more.
    """
    return _png(karyogram.image_sha256, karyogram.page, _LARGE_SIZE)


def thumbnail(karyogram: Karyogram) -> str:
    """The picture as a small data URL for a table; empty when the stored bytes cannot be decoded any more."""
    try:
        png = _png(karyogram.image_sha256, karyogram.page, _THUMBNAIL_SIZE)
    except pictures.PictureError:
        return ""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


@st.cache_data(show_spinner=False, max_entries=4000)
def _png(sha256: str, page: int, size: tuple[int, int]) -> bytes:
    with services.session() as session:
        data = store.picture(session, sha256)
    image = Image.fromarray(pictures.page(data, page, services.limits()))
    image.thumbnail(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if size == _THUMBNAIL_SIZE:
        # a palette of 64 greys halves the bytes, and nobody can see it at this size
        image.quantize(64).save(buffer, "PNG", optimize=True)
    else:
        image.save(buffer, "PNG")
    return buffer.getvalue()
