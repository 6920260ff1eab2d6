"""Functions compiled to machine code, for the loops that arrays cannot express."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Compiled = TypeVar("Compiled", bound=Callable[..., object])


def compiled(function: Compiled) -> Compiled:
    """Compile a function, at its first call on a machine; other threads go on while it runs."""
    fast: Compiled = njit(cache=True, nogil=True)(function)
    return fast
