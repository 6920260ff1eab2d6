"""From JSON to dataclasses by the types of their fields, with errors that say what was expected and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

_Part = TypeVar("_Part")


class RecordError(ValueError):
    """A record is not valid: the message names the file, what was expected and what was found."""


def expect(right: bool, where: str, expected: str, found: Any) -> None:
    """Refuse what is not right.

    Raises:
        RecordError: ``where`` it is, what was ``expected`` and what was ``found``.
    """
    if not right:
        raise RecordError(f"{where} must be {expected}, got {found!r}")


def build(part: type[_Part], values: Any, least: Mapping[str, float], where: str = "") -> _Part:
    """Make a dataclass of a JSON object; fields with a default may be absent, unknown ones may not be there.

    Args:
        part: the dataclass; its fields are numbers, texts, objects, dataclasses, tuples of these, literals or ``None``.
        values: what JSON holds.
        least: the smallest value of a number, by the name of its field, wherever that is.
        where: path of the object, for messages.

    Raises:
        RecordError: it says which field, what was expected and what was found.
    """
    expect(isinstance(values, Mapping), where or "record", "an object", values)
    known = {item.name: item for item in fields(part)}  # type: ignore[arg-type]
    missing = [name for name, item in known.items() if name not in values and item.default is MISSING]
    expect(not missing, where or "record", f"the fields {', '.join(known)}", f"none of {', '.join(missing)}")
    unknown = [name for name in values if name not in known]
    expect(not unknown, where or "record", f"the fields {', '.join(known)}", f"{', '.join(unknown)} as well")
    hints = _types_of(part)  # type: ignore[arg-type]
    path = f"{where}." if where else ""
    return part(**{name: _value(hints[name], value, least, f"{path}{name}") for name, value in values.items()})


@cache
def _types_of(part: type) -> dict[str, Any]:
    """The types of the fields of a dataclass; read once, because a record has thousands of objects of few kinds."""
    return get_type_hints(part)


def _value(kind: Any, value: Any, least: Mapping[str, float], where: str) -> Any:
    """Return a value as the type of its field."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _value(inner[0], value, least, where)
    if origin is Literal:
        expect(value in inner, where, f"one of {', '.join(map(repr, inner))}", value)
        return value
    if origin is tuple:
        expect(isinstance(value, list), where, "a list", value)
        return tuple(_value(inner[0], item, least, f"{where}[{index}]") for index, item in enumerate(value))
    if isinstance(kind, type) and is_dataclass(kind):
        return build(kind, value, least, where)
    return _plain(origin or kind, value, least, where)


def _plain(kind: type, value: Any, least: Mapping[str, float], where: str) -> Any:
    wanted = (int, float) if kind is float else (kind,)
    right = isinstance(value, wanted) and not (isinstance(value, bool) and kind is not bool)
    expect(right, where, {str: "a text", int: "a whole number", float: "a number", dict: "an object"}[kind], value)
    lowest = least.get(where.rpartition(".")[2])
    expect(lowest is None or value >= lowest, where, f"{lowest} or more", value)
    return float(value) if kind is float else value
