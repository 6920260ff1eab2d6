"""``python -m models simulate``: write simulated karyograms with their truth."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track

from models.commands.options import share, whole_from
from models.registry import Registry
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes import PROFILES, Kind
from models.uncertainty import Label

_COLUMNS = ("file", "case_id", "cell", "label", "kind", "karyotype")
_DESCRIPTION = """\
Write N simulated karyograms, simulated-001_c1.png and so on, and labels.csv (file, case_id, cell, label, kind,
karyotype in ISCN) with what they truly show. How often each abnormal karyotype occurs is told by a profile, unless a
kind is asked for. Chromosomes are painted from ISCN band tables; no patient's picture is used. The same seed writes the
same pictures.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("simulate", help="write simulated karyograms", description=_DESCRIPTION)
    parser.add_argument("number", type=whole_from(1), metavar="N", help="how many")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="made if it is not there")
    parser.add_argument("--seed", type=whole_from(0), default=0, help="of all randomness (default: 0)")
    parser.add_argument("--abnormal", type=share, default=0.5, metavar="SHARE", help="0 to 1 (default: 0.5)")
    parser.add_argument("--profile", choices=PROFILES, default=PROFILES[0], help="default: " + PROFILES[0])
    parser.add_argument("--kind", type=Kind, choices=list(Kind), metavar="KIND", help="one of " + ", ".join(Kind))
    parser.add_argument(
        "--width", type=whole_from(200), default=960, metavar="PIXELS", help="of the pages, from 200 (default: 960)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Write the pictures and the table."""
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, _COLUMNS)
        table.writeheader()
        for number in track(range(1, options.number + 1), "simulating", console=Console(stderr=True)):
            table.writerow(_write_one(options, number))
    return 0


def _write_one(options: argparse.Namespace, number: int) -> dict[str, str]:
    rng = np.random.default_rng([options.seed, number])
    karyogram = simulate(rng, painted, options.abnormal, options.kind, options.width, profile=options.profile)
    case, karyotype = f"simulated-{number:03d}", karyogram.karyotype
    name = f"{case}_c1.png"
    Image.fromarray(karyogram.page.pixels).save(options.out / name, optimize=True)
    label = Label.ABNORMAL if karyotype.abnormal else Label.NORMAL
    values = (name, case, "1", label.value, karyotype.kind.value, karyotype.iscn)
    return dict(zip(_COLUMNS, values, strict=True))
