"""Single changes read from their ISCN notation, as the profiles give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from models.simulation.exchanges import Derivative, Robertsonian, Translocation
from models.simulation.operations import Gain, Loss, Operation
from models.simulation.rearrangements import Deletion, Duplication, Inversion, Isochromosome, Ring

_NAME = r"(?:[1-9]|1\d|2[0-2]|X|Y)"
_BAND = r"[pq]\d+(?:\.\d+)?"
_NUMBER = re.compile(rf"(?P<sign>[+-])(?P<name>{_NAME})")
_OF_ONE = re.compile(
    rf"(?P<extra>\+?)(?P<symbol>del|dup|inv|i|r)\((?P<name>{_NAME})\)\((?P<bands>(?:{_BAND}){{1,2}})\)"
)
_OF_TWO = re.compile(
    rf"(?:der\((?P<name>{_NAME})\))?(?P<symbol>t|der)"
    rf"\((?P<one>{_NAME});(?P<two>{_NAME})\)\((?P<band>{_BAND});(?P<other>{_BAND})\)"
)
_REARRANGEMENTS: Mapping[str, Callable[[str, tuple[str, ...]], Operation]] = MappingProxyType(
    {"del": Deletion, "dup": Duplication, "inv": Inversion, "i": Isochromosome, "r": Ring}
)


def parse_operation(text: str) -> Operation:
    """Read one change, such as ``+21``, ``del(5)(p15.2)`` or ``der(13;14)(q10;q10)``.

    Raises:
        ValueError: it is not written as ISCN does, or of a kind the simulation does not know.
    """
    if match := _NUMBER.fullmatch(text):
        return Gain(match["name"]) if match["sign"] == "+" else Loss(match["name"])
    if (match := _OF_ONE.fullmatch(text)) and (not match["extra"] or match["symbol"] == "i"):
        bands = tuple(re.findall(_BAND, match["bands"]))
        if match["extra"]:
            return Isochromosome(match["name"], bands, extra=True)
        return _REARRANGEMENTS[match["symbol"]](match["name"], bands)
    operation = _of_two(match) if (match := _OF_TWO.fullmatch(text)) else None
    if operation is None:
        raise ValueError(f"change must be ISCN such as '+21' or 't(9;22)(q34;q11.2)', got {text!r}")
    return operation


def _of_two(match: re.Match[str]) -> Operation | None:
    pair, bands = (match["one"], match["two"]), (match["band"], match["other"])
    if match["symbol"] == "der":
        return Robertsonian(pair) if bands == ("q10", "q10") and not match["name"] else None
    translocation = Translocation(pair, bands)
    return Derivative(match["name"], translocation) if match["name"] else translocation
