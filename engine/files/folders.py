"""Which files of a disk are meant when somebody names files and folders."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from engine.files.archives import is_archive
from engine.files.cases import is_manifest, manifests_first
from engine.files.unpacking import IncomingFile
from engine.names import PICTURE_SUFFIXES, is_clutter
from models.pictures import PictureError, media_type

_HEAD_BYTES: Final = 32
_SUFFIXES: Final = (*PICTURE_SUFFIXES, ".zip")


@dataclass(frozen=True)
class FoundFile:
    """A file on disk and its name in the upload: in a folder the path inside it, else the bare name."""

    path: Path
    name: str


@dataclass(frozen=True)
class Selection:
    """Files that belong together, manifests first, and what lay beside them and is left alone."""

    files: list[FoundFile]
    left_aside: list[Path]


def select(path: Path) -> Selection:
    """Find what to submit under a path.

    A file is always taken: whoever names it wants to know what is wrong with it. Of a folder, with all folders in it,
    those files are taken that are pictures, ZIPs or manifests by content or by name.

    Args:
        path: a file or a folder.

    Raises:
        OSError: if there is nothing at this path or something in it cannot be read.
    """
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if not path.is_dir():
        _head(path)  # a file that cannot be read is told now, not in the middle of a batch
        return Selection([FoundFile(path, path.name)], [])
    files: list[FoundFile] = []
    left_aside: list[Path] = []
    for found in _walk(path):
        if belongs(found.name, partial(_head, found)):
            files.append(FoundFile(found, found.relative_to(path).as_posix()))
        else:
            left_aside.append(found)
    return Selection(manifests_first(files, lambda file: file.name), left_aside)


def opened(files: Iterable[FoundFile]) -> Iterator[IncomingFile]:
    """Open one file after the other; each is closed again when the next one is asked for.

    A file that cannot be opened comes with the error in place of its bytes, so that the others still get their turn.
    """
    for file in files:
        try:
            stream = file.path.open("rb")
        except OSError as error:
            yield IncomingFile(file.name, error)
            continue
        with stream:
            yield IncomingFile(file.name, stream)


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder in the order of names, without what file managers leave behind."""
    for entry in sorted(folder.iterdir()):
        if is_clutter(entry.name):
            continue
        if entry.is_dir():
            # a linked folder could lead round in a circle
            yield from () if entry.is_symlink() else _walk(entry)
        elif entry.is_file():
            yield entry


def belongs(name: str, head: Callable[[], bytes]) -> bool:
    """Tell whether a file that lies in a folder is meant: a picture, a ZIP or a manifest, by its name or its content.

    Args:
        name: of the file.
        head: gives its first 32 bytes; called only where the name does not tell.
    """
    if is_clutter(name):
        return False
    if name.lower().endswith(_SUFFIXES) or is_manifest(name):
        return True
    beginning = head()
    try:
        media_type(beginning)
    except PictureError:
        return is_archive(beginning)
    return True


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)
