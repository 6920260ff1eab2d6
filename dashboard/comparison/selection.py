"""Which runs are compared: five places, each empty or with the name of a run. Pure functions.

A run keeps its place, and so its colour, for as long as it is chosen, whatever is chosen beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.comparison.looks import PLACES

Places = tuple[str, ...]

NOTHING: Places = ("",) * PLACES


def known(places: Sequence[str], names: Collection[str]) -> Places:
    """The places of an address: what is no run, stands there twice or beyond the last place is left out."""
    kept = [name if name in names and name not in places[:place] else "" for place, name in enumerate(places[:PLACES])]
    return tuple(kept + [""] * (PLACES - len(kept)))


def after_click(places: Places, shown: Sequence[str], ticked: Sequence[str], clicked: str | None) -> Places:
    """The places after a click in the table.

    Args:
        places: before it.
        shown: names of all rows of the table; a chosen run that no row shows stays chosen.
        ticked: names of the rows whose boxes are ticked after the click.
        clicked: name of the row whose cell was clicked; it is chosen, or not any more.
    """
    wanted = [name for name in ticked if name != clicked]
    if clicked and clicked not in places:
        wanted.append(clicked)
    left = tuple(name if name not in shown or name in wanted else "" for name in places)
    for name in wanted:
        left = added(left, name)
    return left


def added(places: Places, name: str) -> Places:
    """The places with one more run in the first empty one; unchanged where it is there already or all are taken."""
    if name in places or "" not in places:
        return places
    free = places.index("")
    return (*places[:free], name, *places[free + 1 :])


def without(places: Places, name: str) -> Places:
    """The places with one run taken out; the others stay where they are."""
    return tuple("" if there == name else there for there in places)
