"""A look into a file: of which kind it is and which pages it has, or why it cannot be used."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from engine.vocabulary import FileProblem, ProblemKind
from models.pictures import Limits, PictureError, each_page, media_type

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pages:
    """What a file holds: its type by content, and the (height, width) of each page."""

    media_type: str
    shapes: tuple[tuple[int, ...], ...]


def pages(name: str, data: bytes, limits: Limits) -> Pages | FileProblem:
    """Decode every page of a file; nothing of it is kept but the sizes.

    Args:
        name: of the file, for the record.
        data: the file.
        limits: what a picture may be.
    """
    try:
        return Pages(media_type(data), tuple(grey.shape for grey in each_page(data, limits)))
    except PictureError as error:
        return FileProblem(name, ProblemKind(error.fault.value), str(error))
    except Exception as error:  # whatever a decoder raises must not end the batch: it is logged and recorded
        _log.exception("could not decode %r", name)
        message = f"could not be read: {type(error).__name__}: {error}"
        return FileProblem(name, ProblemKind.NOT_AN_IMAGE, message)
