"""``python -m models read``: which chromosomes stand on pictures, in which numbers, and what each object is."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models import pictures
from models.commands.options import whole_from
from models.judging.gate import GateLimits, refusals
from models.judging.suggestion import UNREADABLE
from models.reading.annotation import annotate
from models.reading.conclusions import Conclusion, conclude
from models.registry import Registry

if TYPE_CHECKING:
    from models.predicting.page_reader import PageReader

_DESCRIPTION = """\
Read pictures chromosome by chromosome and print the karyotype that each one shows, as a suggestion for a person to
check, and what differs from a normal one. Where a picture could not be read safely it says why instead. With --json
one object a line: file, karyotype (null where none is suggested), counts by chromosome, findings, readable, reason,
seconds.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("read", help="read every chromosome of pictures", description=_DESCRIPTION)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a picture; of several pages the first")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--annotate", type=Path, metavar="FOLDER", help="write NAME-read.png with boxes and names")
    parser.add_argument("--passes", type=whole_from(1, 1000), metavar="T", help="default: the number on its card")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Print and write; what cannot be read is told of, and the others are read.

    Returns:
        0, or 1 where a file could not be read.

    Raises:
        FileExistsError: two of the files would be written to the same picture.
    """
    if options.annotate is not None:
        twice = [name for name, count in Counter(file.stem for file in options.files).items() if count > 1]
        if twice:
            raise FileExistsError(f"files must have different names to be annotated, got two of {twice[0]!r}")
        options.annotate.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's greetings are not news
    # late: --help and wrong arguments need no network
    from models.predicting.page_reader import PageReader

    reader, readable = PageReader.load(registry), True
    for file in options.files:
        said = _read(reader, file, options)
        readable &= said.readable
        print(json.dumps(asdict(said)) if options.json else _told(said), flush=True)
    return 0 if readable else 1


@dataclass(frozen=True)
class _Said:
    """What is printed of one file."""

    file: str
    karyotype: str | None
    counts: dict[str, int]
    findings: list[str]
    readable: bool
    reason: str
    seconds: float


def _read(reader: PageReader, file: Path, options: argparse.Namespace) -> _Said:
    started = time.perf_counter()
    try:
        page = pictures.page(file.read_bytes())
    except pictures.PictureError as error:
        return _said(file, None, [str(error)], started)
    except OSError as error:
        return _said(file, None, [error.strerror or str(error)], started)
    doubts = list(refusals(page, GateLimits()))
    found = reader.read(page, options.passes)
    if found.reading is None:
        return _said(file, None, doubts or ["no chromosomes were found"], started)
    conclusion = conclude(found.reading, reader.card.findings)
    said = _said(file, conclusion, doubts, started)
    if options.annotate is not None:
        picture = annotate(page, found.objects, found.reading.kinds, conclusion.findings)
        picture.save(options.annotate / f"{file.stem}-read.png")
    return said


def _said(file: Path, conclusion: Conclusion | None, refused: list[str], started: float) -> _Said:
    suggestion = UNREADABLE if refused or conclusion is None else conclusion.suggestion
    return _Said(
        file=str(file),
        karyotype=suggestion.iscn,
        counts=conclusion.counts if conclusion else {},
        findings=[finding.in_words for finding in conclusion.findings] if conclusion else [],
        readable=not refused and conclusion is not None,
        reason="; ".join(refused) or suggestion.reason,
        seconds=round(time.perf_counter() - started, 3),
    )


def _told(said: _Said) -> str:
    head = said.karyotype or f"no karyotype: {said.reason}"
    return "\n  ".join([f"{said.file}: {head}", *said.findings])
