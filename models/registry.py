"""The registry of models: one folder each, with ``card.json``, the files it vouches for, and its page to read.

The files are the weights and, if the model has one, the familiarity of karyograms for the input gate. The reader, which
arranges pages for models, has a folder and a card of its own. Weights are never a pickled or uploaded model: the
network is rebuilt from code, and a file whose SHA-256 is not the one on the card is refused.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from pathlib import Path

from models.card import Card, CardError, card_from_json, card_to_json
from models.card_page import card_page
from models.judging import familiarity
from models.judging.familiarity import Familiarity, FamiliarityError
from models.reading.card import ReaderCard, ReaderCardError, reader_card_from_json, reader_card_to_json

CARD_FILE = "card.json"
PAGE_FILE = "README.md"
WEIGHTS_FILE = "model.weights.h5"
FAMILIARITY_FILE = "familiarity.npz"
READER = "reader"
READER_CARD_FILE = "reader.json"
READER_WEIGHTS_FILE = "reader.weights.h5"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class UnknownModelError(LookupError):
    """No model of this name is in the registry; ``known`` are the names that are."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Keep the name that was asked for and the names that exist."""
        super().__init__(f"model must be one of {known}, got {name!r}")
        self.name = name
        self.known = known


class WeightsHashError(RuntimeError):
    """The weights, or the familiarity beside them, are not those the card vouches for, or they are missing."""


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
        return _vouched(self.folder / name / WEIGHTS_FILE, self.card(name).weights_sha256)

    def familiarity(self, name: str) -> Familiarity | None:
        """Return where the karyograms lie that a model knows, after checking its hash; ``None`` for one without.

        Raises:
            UnknownModelError: when there is no such model.
            WeightsHashError: when the file is missing, its SHA-256 is not the one on the card, or it cannot be read.
        """
        expected = self.card(name).familiarity_sha256
        if not expected:
            return None
        path = _vouched(self.folder / name / FAMILIARITY_FILE, expected)
        try:
            return familiarity.from_bytes(path.read_bytes())
        except FamiliarityError as error:
            raise WeightsHashError(f"{path}: {error}") from error

    def reader(self) -> tuple[ReaderCard, Path]:
        """Return the card of the reader and its weights after checking their hash.

        A registry of one's own need not have a reader: then it is the one that ships beside this package.

        Raises:
            ReaderCardError: when the card cannot be read.
            WeightsHashError: when a file is missing, or the SHA-256 of the weights is not the one on the card.
        """
        folder = self.folder / READER
        if not (folder / READER_CARD_FILE).is_file():
            folder = default_registry().folder / READER
        path = folder / READER_CARD_FILE
        if not path.is_file():
            raise WeightsHashError(f"{path}: the file is missing")
        try:
            card = reader_card_from_json(path.read_text(encoding="utf-8"))
        except ReaderCardError as error:
            raise ReaderCardError(f"{path}: {error}") from error
        return card, _vouched(folder / READER_WEIGHTS_FILE, card.weights_sha256)

    def save_reader(self, card: ReaderCard, weights_file: Path) -> ReaderCard:
        """Copy the weights of a reader into the registry beside its card; an earlier one is replaced.

        Args:
            card: the card; its hash is filled in here.
            weights_file: weights as written by ``models.networks.weights.write_weights``.

        Returns:
            The card as stored.
        """
        folder = self.folder / READER
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / READER_WEIGHTS_FILE, weights_file.read_bytes())
        return self.update_reader(replace(card, weights_sha256=file_sha256(weights_file)))

    def update_reader(self, card: ReaderCard) -> ReaderCard:
        """Replace the card of the reader; the weights stay.

        Returns:
            The card as stored.

        Raises:
            WeightsHashError: when the card vouches for other weights.
        """
        folder = self.folder / READER
        _vouched(folder / READER_WEIGHTS_FILE, card.weights_sha256)
        _write(folder / READER_CARD_FILE, reader_card_to_json(card).encode())
        return card

    def save(self, card: Card, weights_file: Path) -> Card:
        """Copy weights into the registry beside their card; an earlier model of the same name is replaced.

        Args:
            card: the card; its hashes are filled in here.
            weights_file: weights as written by ``models.networks.weights.write_weights``.

        Returns:
            The card as stored.

        Raises:
            ValueError: when the name cannot be the name of a folder everywhere.
        """
        if not is_name(card.name):
            raise ValueError(f"name must be lower-case letters, digits, '.', '_' and '-', got {card.name!r}")
        folder = self.folder / card.name
        folder.mkdir(parents=True, exist_ok=True)
        arriving = folder / f"{WEIGHTS_FILE}.part"
        shutil.copyfile(weights_file, arriving)
        arriving.replace(folder / WEIGHTS_FILE)
        (folder / FAMILIARITY_FILE).unlink(missing_ok=True)  # it was of the weights before
        # the card comes last: until it is there, the hash refuses the new weights instead of trusting them
        return self.update(replace(card, weights_sha256=file_sha256(weights_file), familiarity_sha256=""))

    def update(self, card: Card, known: Familiarity | None = None) -> Card:
        """Replace the card of a model, and its page; the weights stay.

        Args:
            card: the card; with ``known`` the hash of the familiarity is filled in here.
            known: where the karyograms lie that the model knows; if left out, what is stored stays.

        Returns:
            The card as stored.

        Raises:
            WeightsHashError: when the card vouches for other weights.
        """
        folder = self.folder / card.name
        _vouched(folder / WEIGHTS_FILE, card.weights_sha256)
        if known is not None:
            data = familiarity.to_bytes(known)
            _write(folder / FAMILIARITY_FILE, data)
            card = replace(card, familiarity_sha256=hashlib.sha256(data).hexdigest())
        _write(folder / PAGE_FILE, card_page(card).encode())
        _write(folder / CARD_FILE, card_to_json(card).encode())
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


def _vouched(path: Path, expected: str) -> Path:
    if not path.is_file():
        raise WeightsHashError(f"{path}: the file is missing")
    found = file_sha256(path)
    if found != expected:
        raise WeightsHashError(f"{path}: SHA-256 must be {expected} as on the card, got {found}")
    return path


def _write(path: Path, data: bytes) -> None:
    arriving = path.with_name(f"{path.name}.part")
    arriving.write_bytes(data)
    arriving.replace(path)
