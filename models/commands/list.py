"""``python -m models list``: the models in the registry."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

from models.card import Card
from models.card_page import number
from models.registry import Registry


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("list", help="show the models in the registry", description=__doc__)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Print one line for each model, after checking its weights."""
    names = registry.names()
    if not names:
        print(f"no model in {registry.folder}")
        return 0
    table = Table(
        "model",
        "network",
        "pixels",
        "passes",
        "measured on",
        "abnormal not screened",
        "AUC",
        "weights (SHA-256)",
        "made",
    )
    for name in names:
        registry.weights(name)
        table.add_row(*_cells(registry.card(name)))
    Console().print(table)
    return 0


def _cells(card: Card) -> tuple[str, ...]:
    return (
        card.name,
        card.architecture,
        str(card.input_size),
        str(card.passes),
        *_figures(card),
        card.weights_sha256[:12],
        card.created[:10],
    )


def _figures(card: Card) -> tuple[str, str, str]:
    """On which data, and the figures: on real karyograms if there are any."""
    for data, figures in card.metrics.items():
        return data, number(figures["triage_sensitivity"]), number(figures["auc"])
    return "not measured", "", ""
