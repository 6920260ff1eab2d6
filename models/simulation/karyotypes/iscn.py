"""Changes and whole karyotypes read from their ISCN notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from models.simulation.karyotypes.exchanges import Derivative, Robertsonian, Translocation
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.operations import Gain, Loss, Operation
from models.simulation.karyotypes.rearrangements import Deletion, Duplication, Inversion, Isochromosome, Ring

_NAME = r"(?:[1-9]|1\d|2[0-2]|X|Y)"
_BAND = r"[pq]\d+(?:\.\d+)?"
_SEX = re.compile(r"[XY]+")
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
_KINDS: Mapping[type[Operation], Kind] = MappingProxyType(
    {
        Gain: Kind.TRISOMY,
        Loss: Kind.MONOSOMY,
        Deletion: Kind.DELETION,
        Duplication: Kind.DUPLICATION,
        Isochromosome: Kind.ISOCHROMOSOME,
        Ring: Kind.RING,
        Translocation: Kind.TRANSLOCATION,
        Derivative: Kind.DERIVATIVE,
        Robertsonian: Kind.ROBERTSONIAN,
    }
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


def parse_karyotype(text: str) -> Karyotype:
    """Read the karyotype of one clone, such as ``47,XY,+21``, without a number of cells.

    Its kind is that of its first change.

    Raises:
        ValueError: it is not written as ISCN does, its count and the order of its changes included, or has a change of
            a kind the simulation does not know.
    """
    written = text.strip()
    _, *parts = written.split(",")
    present = parts.pop(0) if parts and _SEX.fullmatch(parts[0]) else ""
    operations = tuple(operation for part in parts for operation in _multiple(part))
    taken = [name for operation in operations for name in operation.taken if name in ("X", "Y")]
    sex = "".join(sorted([*present, *taken]))
    karyotype = Karyotype(_kind(sex, operations), sex, operations)
    if karyotype.iscn != written:
        raise ValueError(f"karyotype must be ISCN, which here is {karyotype.iscn!r}, got {text!r}")
    return karyotype


def _multiple(text: str) -> list[Operation]:
    change, _, times = text.partition("x")
    return [parse_operation(change)] * (int(times) if times.isdecimal() else 1)


def _kind(sex: str, operations: tuple[Operation, ...]) -> Kind:
    if not operations:
        return Kind.NORMAL if sex in ("XX", "XY") else Kind(sex)
    first = min(operations, key=lambda operation: operation.order)
    if isinstance(first, Inversion):
        return Kind.PERICENTRIC if first.pericentric else Kind.PARACENTRIC
    return _KINDS[type(first)]


def _of_two(match: re.Match[str]) -> Operation | None:
    pair, bands = (match["one"], match["two"]), (match["band"], match["other"])
    if match["symbol"] == "der":
        return Robertsonian(pair) if bands == ("q10", "q10") and not match["name"] else None
    translocation = Translocation(pair, bands)
    return Derivative(match["name"], translocation) if match["name"] else translocation
