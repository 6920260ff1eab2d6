"""One thing that a qualification looks at: what was expected, what was found, and whether that is as it should be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_LONGEST: Final = 300  # letters of an error on paper


class Result(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_COMPARED = "not compared"  # there is nothing to compare with, and the paper says why


@dataclass(frozen=True)
class Step:
    """A step and how it ended, in words for the paper."""

    what: str
    expected: str
    found: str
    result: Result


def passed_if(holds: bool, what: str, expected: str, found: str) -> Step:
    """A step that passed if something holds."""
    return Step(what, expected, found, Result.PASSED if holds else Result.FAILED)


def attempt(what: str, expected: str, act: Callable[[], str], *, refused: type[Exception] | None = None) -> Step:
    """Do something and make a step of it: it passed if it gives the words of what was found.

    Args:
        what: is done.
        expected: in words.
        act: does it, and returns what was found.
        refused: the error that must come where a refusal is what is expected.
    """
    try:
        found = act()
    except Exception as error:  # whatever goes wrong is what the paper has to tell
        if refused is not None and isinstance(error, refused):
            return passed_if(True, what, expected, f"refused ({type(error).__name__})")
        return passed_if(False, what, expected, f"{type(error).__name__}: {error}".splitlines()[0][:_LONGEST])
    return passed_if(refused is None, what, expected, found)


def failed(steps: Sequence[Step]) -> int:
    """Count the steps that failed."""
    return sum(step.result is Result.FAILED for step in steps)
