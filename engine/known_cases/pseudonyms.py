"""Names that look like those of a batch, for what must not be told from the rest of it. Pure functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from engine.names import without_suffix

_DIGITS: Final = re.compile(r"(\d+)")
_BEYOND: Final = 4  # without a gap among the numbers, one is drawn from so many behind them, and more if all are taken
_TRIES: Final = 10_000
_LETTERED: Final = 200  # tries with other letters, before a number is put behind a name


def alike(names: Sequence[str], is_taken: Callable[[str], bool], lots: Random) -> str:
    """Make a name like others: one of them with another number, else with other letters, else with a number behind it.

    Args:
        names: at least one; of the most frequent form among them.
        is_taken: tells whether a name is in use.
        lots: draws which of the free names.

    Raises:
        LookupError: no free name was found.
    """
    forms = Counter(map(_form, names))
    form = max(forms, key=lambda one: (forms[one], one))
    of_form = [name for name in names if _form(name) == form]
    proposed = _numbered(of_form, lots) if len(form) > 1 else _lettered(of_form, lots)
    for _, name in zip(range(_TRIES), proposed, strict=False):
        if name not in names and not is_taken(name):
            return name
    raise LookupError(f"expected a free name like {of_form[0]!r}, found none in {_TRIES} tries")


def file_alike(file_name: str, case: str, pseudonym: str, others: Sequence[str], lots: Random) -> str:
    """Make the name of a file like that of another case's cell.

    Args:
        file_name: of a cell of the case ``case``.
        case: whose name stands in it, or does not.
        pseudonym: what stands in its place.
        others: all names of files of the batch, for one without the name of its case.
        lots: see ``alike``.
    """
    if case in file_name:
        return file_name.replace(case, pseudonym)
    stem = without_suffix(file_name)
    stems = [stem, *map(without_suffix, others)]
    return alike(stems, lambda name: False, lots) + file_name.removeprefix(stem)


def _form(name: str) -> tuple[str, ...]:
    """What stands between the numbers of a name; names without any have one form together."""
    between = tuple(_DIGITS.split(name)[::2])
    return between if len(between) > 1 else ()


def _numbered(names: Sequence[str], lots: Random) -> Iterator[str]:
    """Put other numbers where the names differ from each other: first from gaps among theirs, then from behind them."""
    split = [_DIGITS.split(name) for name in names]
    places = range(1, len(split[0]), 2)
    place = max((at for at in places if len({parts[at] for parts in split}) > 1), default=places[-1])
    used = {int(parts[place]) for parts in split}
    template = lots.choice(split)
    padded = len({len(parts[place]) for parts in split}) == 1 or any(parts[place].startswith("0") for parts in split)
    width = len(template[place]) if padded else 0
    for number in _numbers(used, lots):
        yield "".join([*template[:place], f"{number:0{width}d}", *template[place + 1 :]])


def _numbers(used: set[int], lots: Random) -> Iterator[int]:
    low, high = min(used), max(used)
    span = high - low + 1
    if span > len(used):  # the lots are many where numbers are far apart: they are drawn, not listed
        yield from (number for _ in range(4 * _BEYOND) if (number := low + lots.randrange(span)) not in used)
    start = high + 1
    while True:
        following = list(range(start, start + _BEYOND))
        lots.shuffle(following)
        yield from following
        start += _BEYOND


def _lettered(names: Sequence[str], lots: Random) -> Iterator[str]:
    for _ in range(_LETTERED):
        yield "".join(_other_letter(sign, lots) for sign in lots.choice(names))
    yield from (f"{lots.choice(names)}{lots.randrange(2, most)}" for most in count(10))


def _other_letter(sign: str, lots: Random) -> str:
    for letters in (ascii_lowercase, ascii_uppercase):
        if sign in letters:
            return lots.choice(letters)
    return sign
