"""Which cases validate: a split by patient that anyone can redo from the case's number."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class CaseSplit:
    """Validation cases are those whose number, modulo ``modulus``, is ``remainder``: P002, P005, P008, ..."""

    modulus: int = 3
    remainder: int = 2

    def is_validation(self, case_id: str) -> bool:
        """Say whether a case validates; nothing of such a case is trained on.

        Raises:
            ValueError: there is no number in the case id.
        """
        digits = re.search(r"\d+", case_id)
        if digits is None:
            raise ValueError(f"case id must contain a number to be split by, got {case_id!r}")
        return int(digits[0]) % self.modulus == self.remainder
