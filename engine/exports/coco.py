"""Corrected karyograms as training material: pictures and their boxes in COCO format, which detectors learn from.

Source: https://cocodataset.org/#format-data (object detection). The categories 1 to 24 are the chromosomes in their
order, 25 is what fits nowhere. Besides the fields of COCO, an image tells its case, by which data must be split, and an
annotation tells in ``corrected`` whether a person drew or named it. On the pictures is what
``engine.exports.redaction`` leaves, unless whole ones are asked for.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy.orm import Session

from engine.exports.batch_report import pseudonyms
from engine.exports.redaction import BY_DEFAULT, Shown, redacted
from engine.people import Action, Person, require
from engine.records import audit, store
from engine.records.retention import RemovedPictureError
from engine.reviewing import corrections
from engine.reviewing.corrections import StandingObject
from engine.vocabulary import Karyogram
from models import pictures
from models.chromosomes import CHROMOSOMES
from models.judging.record import OTHER
from models.pictures import Limits

ANNOTATIONS: Final = "annotations.json"
_IMAGES: Final = "images"
_CATEGORIES: Final = (*CHROMOSOMES, OTHER)
_DESCRIPTION: Final = "Karyograms corrected by hand in Karyotriage"

Json = dict[str, Any]


def write_folder(
    session: Session,
    folder: Path,
    limits: Limits,
    batch_id: str | None = None,
    shown: Shown = BY_DEFAULT,
) -> int:
    """Write the corrected karyograms into a folder: ``annotations.json`` and the pictures in ``images/``.

    The export stands in the audit trail. Karyograms whose picture was removed by retention, or on which no chromosome
    was read, are left out.

    Args:
        session: see ``engine.records.database.open_session``.
        folder: is created where it is missing.
        limits: of pictures, to decode them.
        batch_id: of the batch; all batches if left out.
        shown: how much of patients.

    Returns:
        How many karyograms were written.

    Raises:
        OSError: the folder cannot be written.
        PictureError: a stored picture cannot be decoded any more.
    """
    (folder / _IMAGES).mkdir(parents=True, exist_ok=True)
    _record(session, audit.SHELL, batch_id, shown)
    count = 0
    for name, data in _files(session, limits, batch_id, shown):
        (folder / name).write_bytes(data)
        count += name != ANNOTATIONS
    return count


def archive(session: Session, limits: Limits, batch_id: str, *, person: Person | None = None) -> bytes:
    """Return the same as a ZIP file; see ``write_folder``. The export stands in the audit trail.

    Raises:
        NotAllowedError: the role of this person may not export.
    """
    if person is not None:
        require(person, Action.EXPORT)
    _record(session, person.name if person else audit.SHELL, batch_id, BY_DEFAULT)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in _files(session, limits, batch_id, BY_DEFAULT):
            file.writestr(name, data)
    return buffer.getvalue()


def _record(session: Session, who: str, batch_id: str | None, shown: Shown) -> None:
    """Enter the export into the audit trail, before the first byte is written."""
    subject = f"batch {batch_id}" if batch_id else "all batches"
    details = {"as": "coco", **asdict(shown)}
    audit.record(session, datetime.now(UTC), person=who, action="export", subject=subject, details=details)
    session.commit()


def _files(session: Session, limits: Limits, batch_id: str | None, shown: Shown) -> Iterator[tuple[str, bytes]]:
    """Yield the files with their names: the pictures one by one, and in the end what is said of all of them."""
    images: list[Json] = []
    annotations: list[Json] = []
    for karyogram in store.karyograms(session, corrections.corrected_karyograms(session, batch_id)):
        objects = corrections.on_page(session, karyogram)
        pixels = _pixels(session, karyogram, limits) if objects else None
        if pixels is None:
            continue
        image = _image(len(images) + 1, karyogram if shown.names else pseudonyms.of_karyogram(karyogram), pixels)
        images.append(image)
        for found in objects:
            annotations.append(_annotation(len(annotations) + 1, image, found))
        boxes = [found.seen.box for found in objects]
        yield image["file_name"], _png(pixels if shown.whole_pictures else redacted(pixels, boxes))
    said = {"info": {"description": _DESCRIPTION}, "licenses": [], "images": images, "annotations": annotations}
    categories = [
        {"id": number, "name": name, "supercategory": "chromosome"} for number, name in enumerate(_CATEGORIES, 1)
    ]
    yield ANNOTATIONS, json.dumps({**said, "categories": categories}, indent=1, allow_nan=False).encode()


def _pixels(session: Session, karyogram: Karyogram, limits: Limits) -> NDArray[np.uint8] | None:
    """The page of a karyogram; None where its picture was removed."""
    try:
        return pictures.page(store.picture(session, karyogram.image_sha256), karyogram.page, limits)
    except RemovedPictureError:
        return None


def _image(number: int, karyogram: Karyogram, pixels: NDArray[np.uint8]) -> Json:
    height, width = pixels.shape
    return {
        "id": number,
        "file_name": f"{_IMAGES}/{karyogram.id}.png",
        "width": width,
        "height": height,
        "case": karyogram.case_name,
        "cell": karyogram.cell,
    }


def _annotation(number: int, image: Json, found: StandingObject) -> Json:
    left, top, right, bottom = found.seen.box
    right, bottom = min(right, image["width"]), min(bottom, image["height"])
    width, height = round(right - left, 2), round(bottom - top, 2)
    return {
        "id": number,
        "image_id": image["id"],
        "category_id": _CATEGORIES.index(found.seen.name) + 1,
        "bbox": [left, top, width, height],
        "area": round(width * height, 2),
        "iscrowd": 0,
        "segmentation": [],
        "corrected": found.by_hand,
    }


def _png(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
