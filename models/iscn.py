"""ISCN as laboratories write it: a karyotype read from its text, or in plain words what is wrong with the text.

It advises and never forbids. It knows the sex complement, numbers, changes of structure, markers, variants, clones with
their cells, stem lines and mosaics; of what follows ``.ish`` or ``.arr`` it says nothing, and whether a band exists it
does not ask. Source: ISCN 2020.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.chromosomes import CHROMOSOMES

FUSING: Final = frozenset({"der", "dic", "rob", "tas", "psu dic"})
"""Symbols that make one chromosome of several, where they name several."""

_BREAKS: Final = {"del": (1, 2), "dup": (1, 2), "inv": (2, 2), "i": (1, 1), "add": (1, 1), "t": (1, 1), "r": (2, 2)}
_NEED_BREAKS: Final = frozenset({"del", "dup", "inv", "i", "add", "t", "ins", "idic", "trp"})
_CHAINED: Final = frozenset({"der", "ider", "rec", "dic", "idic", "psu dic", "psu idic", "r"})
_SYMBOLS: Final = _NEED_BREAKS | _CHAINED | FUSING | {"fra", "hsr", "qdp", "trc", "upd"}

_NAME = r"(?:1\d|2[0-2]|[1-9]|X|Y)"
_POINT = r"\??(?:cen|[pq](?:ter|(?=[\d?])\??\d*\??\d*(?:\.\d+\??)?))"
_BAND = rf"(?:{_POINT}(?:(?:~|or){_POINT}|~\d+(?:\.\d+)?)?|\?)"
_OTHER_RESULTS = re.compile(r"\. ?(?:nuc ish|ish|arr|rsa|sseq).*")
_CLONE = re.compile(r"(?P<body>[^\[\]]*)(?:\[(?P<composite>cp)?(?P<cells>\d+)\])?")
_NUMBER = re.compile(r"(?P<low>\d+)(?:~(?P<high>\d+))?(?:<(?P<ploidy>\d)n[+-]?>)?")
_SEX = re.compile(r"(?P<letters>X*Y*|U+)(?P<doubt>\??)(?P<born>c?)(?P<variant>(?:qh|qs|ps)[+-]?)?")
_STEM = re.compile(r"(?P<which>idem|sl|sdl(?P<line>\d*))(?:x(?P<times>\d+))?")
_SIGNED = re.compile(r"(?P<before>\??)(?P<sign>[+-]?)(?P<after>\??)(?P<rest>.*)")
_WHOLE = re.compile(rf"(?P<name>{_NAME})(?P<end>.*)")
_UNNAMED = re.compile(r"(?P<low>\d*)(?:~(?P<high>\d+))?(?P<symbol>mar|dmin|min|ace|r)\d*(?P<end>c?)")
_VARIANT = re.compile(rf"(?P<name>{_NAME})(?:cen|[pq])(?:h|s{{1,2}}|stk)[+-]?|inv\(9\)\(p1[12]\.?\d?q1[23]\.?\d?\)")
_UNIT = re.compile(r"\??(?P<symbol>(?:psu )?[a-z]+)\((?P<names>[^()]*)\)(?:\((?P<bands>[^()]*)\))?")
_END = re.compile(r"(?:c| ?(?:mat|pat|dn|inh|d?mat|d?pat|dinh))?(?:x(?P<times>\d+))?")


class IscnError(ValueError):
    """A text that is not valid ISCN; the message says in plain words what is wrong."""


@dataclass(frozen=True)
class Change:
    """One change of a clone.

    ``symbol``: as ISCN abbreviates it, empty for a whole chromosome, ``variant`` for one that is seen in healthy
    people. ``sign``: + or - where it stands. ``copies``: how often it is there, at least and at most.
    """

    text: str
    sign: str
    symbol: str
    chromosomes: tuple[str, ...]
    copies: tuple[int, int] = (1, 1)
    doubtful: bool = False


@dataclass(frozen=True)
class Stem:
    """That a clone has all that an earlier one has: the ``line``-th from 0, ``times`` over."""

    line: int
    times: int = 1


@dataclass(frozen=True)
class Clone:
    """Cells with one karyotype.

    ``number``: of chromosomes, at least and at most. ``ploidy``: where it is written. ``sex``: the sex chromosomes as
    written, ``born`` where a "c" calls them constitutional. ``cells``: None where it is not told, and ``composite``
    where no two of them need be alike.
    """

    text: str
    number: tuple[int, int]
    ploidy: int | None
    sex: str
    born: bool
    stem: Stem | None
    changes: tuple[Change, ...]
    cells: int | None
    composite: bool

    @property
    def abnormal(self) -> bool:
        """Whether it is more than a normal complement with or without variants of healthy people."""
        whole = self.sex in ("XX", "XY", "?", "U", "UU", "X?") and self.number == (46, 46) and self.stem is None
        return not whole or any(change.symbol != "variant" for change in self.changes)

    @property
    def only_lost(self) -> bool:
        """Whether nothing is wrong but that chromosomes are missing."""
        changes = [change for change in self.changes if change.symbol != "variant"]
        missing = len(self.sex) < 2 or bool(changes)
        return self.abnormal and missing and len(self.sex) <= 2 and all(c.sign == "-" for c in changes)


@dataclass(frozen=True)
class Formula:
    """A whole karyotype: its clones, and the ``prefix`` mos or chi where it has one."""

    prefix: str
    clones: tuple[Clone, ...]


def read(text: str) -> Formula:
    """Read a karyotype, such as ``47,XY,+21`` or ``mos 45,X[3]/46,XX[7]``.

    Whether the numbers of chromosomes agree with what is listed, ``models.iscn_count`` tells.

    Raises:
        IscnError: it is not written as ISCN does; the message says where.
    """
    written = _OTHER_RESULTS.sub("", text.strip())
    prefix, _, rest = written.rpartition(" ") if written.startswith(("mos ", "chi ")) else ("", "", written)
    if prefix not in ("", "mos", "chi"):
        raise IscnError("ISCN has no spaces, except after mos and chi")
    if not rest:
        raise IscnError("nothing is written")
    parts = [part for part in rest.removeprefix("//").split("/") if part or "//" not in rest]
    clones = tuple(_clone(part, rest) for part in parts)
    if len(clones) > 1 and any(clone.cells is None for clone in clones):
        raise IscnError("with several clones each needs its number of cells, such as [12]")
    if len(clones) == 1 and prefix:
        raise IscnError(f"{prefix} needs two clones or more, with a / between them")
    return Formula(prefix, clones)


def _clone(text: str, whole: str) -> Clone:
    match = _CLONE.fullmatch(text)
    if match is None:
        raise IscnError(f"the number of cells stands at the end and in brackets, such as [12]: {_quoted(text)}")
    parts = match["body"].split(",")
    number = _NUMBER.fullmatch(parts[0])
    if number is None:
        raise IscnError(_why_no_number(parts[0]))
    sex, born, stem, rest = _complement(parts[1:])
    changes = tuple(_change(part, whole) for part in rest)
    if not sex and stem is None and not any(name in "XY" for change in changes for name in change.chromosomes):
        raise IscnError(f"after {parts[0]} the sex chromosomes are missing, such as {parts[0]},XX")
    low, high = int(number["low"]), int(number["high"] or number["low"])
    ploidy, cells = (int(found) if found else None for found in (number["ploidy"], match["cells"]))
    return Clone(match["body"], (low, high), ploidy, sex, born, stem, changes, cells, bool(match["composite"]))


def _why_no_number(text: str) -> str:
    if re.fullmatch(r"\d+-\d+", text):
        return f"a range is written with ~, such as {text.replace('-', '~')}"
    return f"it begins with the number of chromosomes, such as 46, and not with {_quoted(text)}"


def _complement(parts: Sequence[str]) -> tuple[str, bool, Stem | None, Sequence[str]]:
    """Take what stands where the sex chromosomes do: they, or the name of an earlier clone, or nothing."""
    first = parts[0] if parts else ""
    if stem := _STEM.fullmatch(first):
        line = int(stem["line"] or 1) if stem["which"].startswith("sdl") else 0
        return "", False, Stem(line, int(stem["times"] or 1)), parts[1:]
    if first and (sex := _SEX.fullmatch(first)):
        return sex["letters"] + sex["doubt"], bool(sex["born"]), None, parts[1:]
    if re.fullmatch(r"[XYxy]+", first):
        raise IscnError(f"the sex chromosomes are X before Y and in capitals, and not {_quoted(first)}")
    return "", False, None, parts


def _change(text: str, whole: str) -> Change:
    if " " in text.replace("psu ", "") and not re.search(r"\) ?[a-z]+$", text):
        raise IscnError(f"ISCN has no spaces, except after mos and chi: {_quoted(text)}")
    match = _SIGNED.fullmatch(text)
    if match is None or not match["rest"]:
        raise IscnError(_unknown(text) if text else "a change is missing beside a comma")
    sign, rest, doubtful = match["sign"], match["rest"], bool(match["before"] or match["after"])
    if variant := _VARIANT.fullmatch(rest):
        return Change(text, sign, "variant", (variant["name"] or "9",), doubtful=doubtful)
    if unnamed := _UNNAMED.fullmatch(rest):
        return _without_name(text, sign, unnamed, doubtful)
    if rest == "inc" and not sign:
        return Change(text, sign, rest, (), doubtful=True)
    if "(" in rest:
        return _structural(text, sign, rest, doubtful, whole)
    return _whole_chromosome(text, sign, rest, doubtful)


def _without_name(text: str, sign: str, match: re.Match[str], doubtful: bool) -> Change:
    if not sign and match["symbol"] in ("mar", "r"):
        raise IscnError(f"{match['symbol']} needs a sign before it, such as +{match['symbol']}: {_quoted(text)}")
    low = int(match["low"] or 1)
    return Change(text, sign, match["symbol"], (), (low, int(match["high"] or low)), doubtful)


def _whole_chromosome(text: str, sign: str, rest: str, doubtful: bool) -> Change:
    match = _WHOLE.fullmatch(rest)
    end = _END.fullmatch(match["end"]) if match else None
    if match is None or end is None:
        number = re.fullmatch(r"\d+", rest)
        raise IscnError(f"there is no chromosome {rest}" if number else _unknown(text))
    if not sign:
        raise IscnError(f"{_quoted(text)} needs a + or a - before it")
    times = int(end["times"] or 1)
    return Change(text, sign, "", (match["name"],), (times, times), doubtful)


def _structural(text: str, sign: str, rest: str, doubtful: bool, whole: str) -> Change:
    """Read a change of structure: one unit such as ``t(9;22)(q34;q11.2)``, behind ``der(22)`` also several."""
    units, place = [], 0
    while unit := _UNIT.match(rest, place):
        units.append(unit)
        place = unit.end()
    end = _END.fullmatch(rest, place)
    if not units or end is None:
        balanced = rest.count("(") == rest.count(")")
        raise IscnError(_unknown(text) if balanced else f"a bracket is missing: {_quoted(text)}")
    if len(units) > 1 and units[0]["symbol"] not in _CHAINED:
        raise IscnError(f"a chromosome that is changed more than once is written as der: {_quoted(text)}")
    names = [_unit(unit, whole) for unit in units]
    times = int(end["times"] or 1)
    return Change(text, sign, units[0]["symbol"], names[0], (times, times), doubtful)


def _unit(unit: re.Match[str], whole: str) -> tuple[str, ...]:
    """Check one unit and return the chromosomes that it names."""
    symbol, names = unit["symbol"], tuple(name.removeprefix("?") or "?" for name in unit["names"].split(";"))
    if symbol not in _SYMBOLS:
        raise IscnError(f"{_quoted(symbol)} is no symbol of ISCN")
    for name in names:
        if name not in (*CHROMOSOMES, "?"):
            raise IscnError(
                f"{_quoted(unit['names'])} names no chromosome; arms and bands stand in brackets of their own"
            )
    if symbol in ("t", "rob") and len(names) < 2:
        raise IscnError(f"{symbol} needs two chromosomes, such as t(9;22)(q34;q11.2): {_quoted(unit[0])}")
    if unit["bands"] is not None:
        _check_bands(unit, len(names))
    elif symbol in _NEED_BREAKS and f"{symbol}({unit['names']})(" not in whole:
        raise IscnError(f"the bands where it is broken are missing, in brackets: {_quoted(unit[0])}")
    return names


def _check_bands(unit: re.Match[str], chromosomes: int) -> None:
    groups = unit["bands"].split(";")
    if len(groups) != chromosomes:
        raise IscnError(f"{_quoted(unit[0])} names {chromosomes} chromosome(s), but bands of {len(groups)}")
    for group in groups:
        if not re.fullmatch(rf"(?:{_BAND})+", group):
            raise IscnError(f"{_quoted(group)} is no band, such as q34 or p11.2, in {_quoted(unit[0])}")
        low, high = _BREAKS.get(unit["symbol"], (0, 99))
        if "?" not in group and not low <= len(re.findall(_BAND, group)) <= high:
            asked = str(low) if low == high else f"{low} or {high}"
            raise IscnError(f"{unit['symbol']} is broken in {asked} band(s) of a chromosome: {_quoted(unit[0])}")


def _unknown(text: str) -> str:
    return f"{_quoted(text)} is no change such as +21, -7, +mar or del(5)(p15)"


def _quoted(text: str) -> str:
    return f'"{text}"'
