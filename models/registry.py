"""The registry of models: one folder each, with ``card.json``, the weights it vouches for, and its page to read.

Weights are never a pickled or uploaded model: the network is rebuilt from code, and a file whose SHA-256 is not the
one on the card is refused.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from pathlib import Path

from models.card import Card, CardError, card_from_json, card_to_json
from models.card_page import card_page

CARD_FILE = "card.json"
PAGE_FILE = "README.md"
WEIGHTS_FILE = "model.weights.h5"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class UnknownModelError(LookupError):
    """No model of this name is in the registry; ``known`` are the names that are."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Keep the name that was asked for and the names that exist."""
        super().__init__(f"model must be one of {known}, got {name!r}")
        self.name = name
        self.known = known


class WeightsHashError(RuntimeError):
    """The weights are not those the card vouches for, or they are missing."""


class Registry:
    """The models in a folder. Reading never changes anything; ``save`` replaces a model."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which need not exist before the first ``save``."""
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of all models, sorted."""
        return sorted(path.parent.name for path in self.folder.glob(f"*/{CARD_FILE}"))

    def card(self, name: str) -> Card:
        """Return the card of a model.

        Raises:
            UnknownModelError: when there is no such model.
            CardError: when its card cannot be read, or is the card of another model.
        """
        if name not in self.names():
            raise UnknownModelError(name, self.names())
        path = self.folder / name / CARD_FILE
        try:
            card = card_from_json(path.read_text(encoding="utf-8"))
        except CardError as error:
            raise CardError(f"{path}: {error}") from error
        if card.name != name:
            raise CardError(f"{path}: name must be that of the folder, {name!r}, got {card.name!r}")
        return card

    def weights(self, name: str) -> Path:
        """Return the weights file of a model after checking its hash.

        Raises:
            UnknownModelError: when there is no such model.
            WeightsHashError: when the file is missing or its SHA-256 is not the one on the card.
        """
        path = self.folder / name / WEIGHTS_FILE
        _check_hash(path, self.card(name).weights_sha256)
        return path

    def save(self, card: Card, weights_file: Path) -> Card:
        """Copy weights into the registry beside their card; an earlier model of the same name is replaced.

        Args:
            card: the card; its ``weights_sha256`` is filled in here.
            weights_file: weights as written by ``models.weights.write_weights``.

        Returns:
            The card as stored.

        Raises:
            ValueError: when the name cannot be the name of a folder everywhere.
        """
        if not is_name(card.name):
            raise ValueError(f"name must be lower-case letters, digits, '.', '_' and '-', got {card.name!r}")
        stored = replace(card, weights_sha256=file_sha256(weights_file))
        folder = self.folder / card.name
        folder.mkdir(parents=True, exist_ok=True)
        arriving = folder / f"{WEIGHTS_FILE}.part"
        shutil.copyfile(weights_file, arriving)
        arriving.replace(folder / WEIGHTS_FILE)
        # the card comes last: until it is there, the hash refuses the new weights instead of trusting them
        return self.update(stored)

    def update(self, card: Card) -> Card:
        """Replace the card of a model, and its page; the weights stay.

        Returns:
            The card.

        Raises:
            WeightsHashError: when the card vouches for other weights.
        """
        folder = self.folder / card.name
        _check_hash(folder / WEIGHTS_FILE, card.weights_sha256)
        _write_text(folder / PAGE_FILE, card_page(card))
        _write_text(folder / CARD_FILE, card_to_json(card))
        return card


def is_name(text: str) -> bool:
    """Say whether a model may be called so: the name of a folder, everywhere."""
    return _NAME.fullmatch(text) is not None


def default_registry() -> Registry:
    """Return the registry that ships beside this package."""
    return Registry(Path(__file__).parent / "registry")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_hash(weights: Path, expected: str) -> None:
    if not weights.is_file():
        raise WeightsHashError(f"{weights}: the weights are missing")
    found = file_sha256(weights)
    if found != expected:
        raise WeightsHashError(f"{weights}: SHA-256 must be {expected} as on the card, got {found}")


def _write_text(path: Path, text: str) -> None:
    arriving = path.with_name(f"{path.name}.part")
    arriving.write_text(text, encoding="utf-8")
    arriving.replace(path)
