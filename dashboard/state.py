"""What one browser session remembers between reruns. No other module touches ``st.session_state``.

Everything that must survive a reload or travel in a link stands in the address of the page instead; see ``links``.
"""

from __future__ import annotations

import streamlit as st

_GENERATION = "upload_generation"


def upload_key(widget: str) -> str:
    """The key of a widget of the upload form; it changes with each upload, and so empties the widget."""
    return f"{widget}_{st.session_state.get(_GENERATION, 0)}"


def start_new_upload() -> None:
    """Give the upload form new keys: the uploader forgets its files and frees their memory."""
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1
