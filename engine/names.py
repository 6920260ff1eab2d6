"""File names from outside.

They are data: stored, shown and searched for a case and a cell, but never used as a path to write to.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 255

_DRIVE: Final = re.compile(r"^[A-Za-z]:")
# controls, directions of writing, surrogates, private characters, line and paragraph separators: none belongs in a name
_UNWANTED: Final = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_CLUTTER: Final = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}
PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def parts(name: str) -> tuple[str, ...]:
    """Split a name at slashes of either kind, without empty parts and dots."""
    return tuple(part for part in re.split(r"[\\/]", name) if part not in ("", "."))


def escapes(name: str) -> bool:
    """Tell whether a name, taken as a path, would lead out of the folder it is unpacked in."""
    return name.startswith(("/", "\\")) or _DRIVE.match(name) is not None or ".." in parts(name)


def clean(name: str) -> str:
    """Make a name fit to be stored and shown.

    Args:
        name: as a browser, a ZIP file or a folder gave it.

    Returns:
        The relative path with forward slashes, as in ``visible``; of a name that leads elsewhere only its last part.
        "unnamed" if nothing is left.
    """
    kept = [part for part in parts(name) if part != ".."]
    return visible("/".join(kept[-1:] if escapes(name) else kept)) or "unnamed"


def printable(text: str) -> str:
    """Return text as composed Unicode, without control characters and outer blanks."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign for sign in composed if unicodedata.category(sign) not in _UNWANTED).strip()


def visible(text: str) -> str:
    """Return printable text of at most 255 characters.

    Of a longer one the end is kept, because number and suffix of a file name stand there.
    """
    seen = printable(text)
    return seen if len(seen) <= MAX_LENGTH else "…" + seen[1 - MAX_LENGTH :]


def without_suffix(name: str) -> str:
    """Take the suffix of a picture off a name; "C12.3" has none."""
    return name[: name.rfind(".")] if name.lower().endswith(PICTURE_SUFFIXES) else name


def is_clutter(name: str) -> bool:
    """Tell whether a name belongs to what file managers leave behind, which nobody meant to send."""
    split = parts(name)
    return any(part.lower() in _CLUTTER or part.startswith("._") for part in split)
