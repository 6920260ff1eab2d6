"""``python -m models gate``: whom the input gate of a model turns away."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from models import pictures
from models.commands.options import whole_from
from models.datasets.labels import validation_split
from models.datasets.simulated_set import Recipe
from models.measuring import admission
from models.measuring.admission import Admission
from models.pictures import GreyPage
from models.registry import Registry
from models.simulation.pages.families import Variety
from models.simulation.strangers import FAMILIES

_DESCRIPTION = """\
Draw pictures that are no karyogram, by family, and count which of them the input gate of a model refuses: for the ink
on the page, otherwise (for the distance to the karyograms the model knows, or because its reader cannot tell the
chromosomes apart), or for both. Families marked "held out" were never looked at while limits of ink and distance were
chosen. Then the same for simulated karyograms, which should pass; for the pictures of --karyograms, which should pass
too; and for those of --strangers, such as photographs, which should not.
"""
_SEED = 2
_PAGES = {Variety.WIDE: "pages as in training", Variety.HELD_OUT: "pages no training shows"}
_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("gate", help="measure the input gate of a model", description=_DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="the model")
    parser.add_argument("--number", type=whole_from(1), default=30, metavar="N", help="of each family (default: 30)")
    parser.add_argument("--seed", type=whole_from(0), default=_SEED, help=f"of all randomness (default: {_SEED})")
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="draw half of the chromosomes from real crops")
    parser.add_argument("--karyograms", type=Path, metavar="FOLDER", help="karyograms that should pass")
    parser.add_argument("--strangers", type=Path, metavar="FOLDER", help="pictures that should not")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Draw, judge and print."""
    # late: --help and wrong arguments need no network
    from models.predicting.predictor import Predictor

    model = Predictor.load(registry, options.name)
    split = validation_split(model.card)
    source = Recipe(options.seed, options.crops, split, validation=True, painted_share=0.5).material()
    families = {
        name: admission.admit(model, admission.strangers(name, options.seed, options.number, source))
        for name in track(FAMILIES, "strangers", console=Console(stderr=True))
    }
    groups = {"all families": sum(families.values(), Admission())}
    groups["held-out families"] = sum((seen for name, seen in families.items() if FAMILIES[name].held_out), Admission())
    if options.strangers:
        groups[f"{options.strangers.name} (no karyograms)"] = admission.admit(model, _folder(options.strangers))
    for variety in (Variety.WIDE, Variety.HELD_OUT):
        drawn = admission.karyograms(variety, options.seed, 10 * options.number, source)
        groups[f"simulated karyograms, {_PAGES[variety]}"] = admission.admit(model, drawn)
    if options.karyograms:
        groups[f"{options.karyograms.name} (karyograms)"] = admission.admit(model, _folder(options.karyograms))
    _print(options.name, families, groups)
    return 0


def _folder(folder: Path) -> Iterator[GreyPage]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _SUFFIXES:
            yield pictures.page(path.read_bytes())


def _print(name: str, families: dict[str, Admission], groups: dict[str, Admission]) -> None:
    table = Table("", "pictures", "refused", "for ink alone", "otherwise alone", "for both", title=f"gate of {name}")
    for family, seen in families.items():
        table.add_row(family + (" (held out)" if FAMILIES[family].held_out else ""), *_cells(seen))
    table.add_section()
    for group, seen in groups.items():
        table.add_row(group, *_cells(seen))
    Console().print(table)


def _cells(seen: Admission) -> tuple[str, ...]:
    share = f"{seen.refused} ({seen.refused / seen.pictures:.1%})" if seen.pictures else "-"
    return str(seen.pictures), share, str(seen.for_ink), str(seen.for_more), str(seen.for_both)
