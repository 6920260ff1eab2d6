"""``python -m models simulate``: write simulated karyograms with their truth, and a sheet to look at."""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track

from models.commands.options import share, whole_from
from models.judging.uncertainty import Label
from models.registry import Registry
from models.simulation.batches import Batch, Cell, SimulationError, draw_case
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.karyotypes.profiles import PROFILES
from models.simulation.pages.families import Variety
from models.simulation.sheets import contact_sheet, shrink

_COLUMNS = ("file", "case_id", "cell", "label", "karyotype", "kind", "case_karyotype")
_ON_A_SHEET = 36
_CASES_A_WORKER = 32  # fewer are drawn before another process has started
_DESCRIPTION = f"""\
Write N simulated karyograms, simulated-001_c1.png and so on, and labels.csv (file, case_id, cell, label, karyotype in
ISCN, kind, case_karyotype) with what they truly show. label, karyotype and kind are those of the cell. With several
cells a case some abnormal cases are mosaics: their case_karyotype names each clone with its cells, as in
'mos 47,XX,+21[2]/46,XX[1]'. How often each abnormal karyotype occurs is told by a profile, unless a kind is asked for.
Chromosomes are painted from ISCN band tables, or recombined from an archive of real ones. The same seed writes the same
pictures. A sheet shows the first {_ON_A_SHEET} with their karyotypes; without --out nothing else is written.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("simulate", help="write simulated karyograms", description=_DESCRIPTION)
    parser.add_argument("number", type=whole_from(1), metavar="N", help="how many karyograms")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="made if it is not there")
    parser.add_argument("--sheet", type=_png, metavar="FILE.png", help="contact sheet to look at")
    parser.add_argument("--seed", type=whole_from(0), default=0, help="of all randomness (default: 0)")
    parser.add_argument(
        "--cells", type=whole_from(1), default=1, metavar="K", help="karyograms of each case (default: 1)"
    )
    parser.add_argument("--abnormal", type=share, default=0.5, metavar="SHARE", help="of cases, 0 to 1 (default: 0.5)")
    parser.add_argument(
        "--mosaics", type=share, default=0.25, metavar="SHARE", help="of abnormal cases, 0 to 1 (default: 0.25)"
    )
    parser.add_argument("--profile", choices=PROFILES, default=PROFILES[0], help="default: " + PROFILES[0])
    parser.add_argument(
        "--kind", choices=[kind.value for kind in Kind], metavar="KIND", help="one of " + ", ".join(Kind)
    )
    parser.add_argument(
        "--variety", choices=[variety.value for variety in Variety], default="wide", help="of pages (default: wide)"
    )
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="real chromosomes to recombine")
    parser.add_argument("--width", type=whole_from(200), default=960, metavar="PIXELS", help="from 200 (default: 960)")
    parser.add_argument(
        "--workers", type=whole_from(1), default=os.cpu_count() or 1, help="processes (default: all cores)"
    )
    parser.set_defaults(run=run)


def _png(text: str) -> Path:
    if Path(text).suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"must be the name of a .png file, got {text!r}")
    return Path(text)


@dataclass(frozen=True)
class _Drawn:
    """One karyogram after it has been written: its row of the table, and its page as small as on a sheet."""

    row: dict[str, str]
    tile: NDArray[np.uint8] | None


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Write the pictures, the table and the sheet."""
    if options.out is None and options.sheet is None:
        raise SimulationError("expected --out FOLDER, --sheet FILE.png or both, found neither")
    batch = _batch(options)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    drawn: list[_Drawn] = []
    with _mapped(options.workers, partial(_write_case, batch, options.out), range(batch.cases)) as cases:
        for cells in track(cases, "simulating", total=batch.cases, console=Console(stderr=True)):
            # a sheet shows the first ones alone: the pixels of the others need not be kept
            drawn += cells if len(drawn) < _ON_A_SHEET else [replace(one, tile=None) for one in cells]
    if options.out:
        _write_table(options.out / "labels.csv", [one.row for one in drawn])
    if options.sheet:
        tiles = [(one.tile, _describe(one.row)) for one in drawn[:_ON_A_SHEET] if one.tile is not None]
        contact_sheet(tiles).save(options.sheet)
    return 0


def _batch(options: argparse.Namespace) -> Batch:
    """Without a folder only what stands on the sheet is drawn."""
    number = options.number if options.out else min(options.number, _ON_A_SHEET)
    return Batch(
        pictures=number,
        seed=options.seed,
        cells=options.cells,
        abnormal_share=options.abnormal,
        mosaic_share=options.mosaics,
        kind=Kind(options.kind) if options.kind else None,
        profile=options.profile,
        variety=Variety(options.variety),
        width=options.width,
        crops=options.crops,
    )


@contextmanager
def _mapped(workers: int, draw: Callable[[int], list[_Drawn]], cases: range) -> Iterator[Iterable[list[_Drawn]]]:
    """Draw cases in their order, in as many processes as are worth their start."""
    workers = min(workers, -(-len(cases) // _CASES_A_WORKER))
    if workers == 1:
        yield map(draw, cases)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield pool.imap(draw, cases, chunksize=8)


def _write_case(batch: Batch, folder: Path | None, case: int) -> list[_Drawn]:
    """Draw the cells of a case, and write them if there is a folder."""
    drawn = []
    case_id = f"simulated-{case + 1:0{max(3, len(str(batch.cases)))}d}"
    for cell in draw_case(batch, case):
        name, page = f"{case_id}_c{cell.number}.png", cell.karyogram.page.pixels
        if folder:
            Image.fromarray(page).save(folder / name, compress_level=1, compress_type=zlib.Z_RLE)
        drawn.append(_Drawn(_row(name, case_id, cell), shrink(page) if case < _ON_A_SHEET else None))
    return drawn


def _row(name: str, case_id: str, cell: Cell) -> dict[str, str]:
    karyotype = cell.karyogram.karyotype
    label = Label.ABNORMAL if karyotype.abnormal else Label.NORMAL
    values = (name, case_id, str(cell.number), label.value, karyotype.iscn, karyotype.kind.value, cell.case_karyotype)
    return dict(zip(_COLUMNS, values, strict=True))


def _write_table(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, _COLUMNS)
        table.writeheader()
        table.writerows(rows)


def _describe(row: dict[str, str]) -> str:
    return f"simulated: {row['karyotype']} ({row['kind']})"
