"""Arrays on disk that are there as a whole or not at all, whenever the process dies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Sequence[NDArray[Any]]


def write_arrays(file: Path, **groups: Arrays) -> None:
    """Write groups of arrays to a file ending in ``.npz``, in place of an earlier one."""
    named: Mapping[str, Any] = {
        f"{name}.{index}": values for name, group in groups.items() for index, values in enumerate(group)
    }
    arriving = file.with_name(f"part-{file.name}")
    np.savez(arriving, **named)
    arriving.replace(file)


def read_arrays(file: Path) -> dict[str, list[NDArray[Any]]]:
    """Read back what ``write_arrays`` wrote: the arrays of each group in their order; an empty group is left out."""
    groups: dict[str, list[NDArray[Any]]] = {}
    with np.load(file) as arrays:
        for key in arrays.files:  # in the order of writing
            groups.setdefault(key.rpartition(".")[0], []).append(arrays[key])
    return groups
