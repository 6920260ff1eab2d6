"""A report without the names that came from outside: cases, files and batch are called by their random ids.

The laboratory finds a case by the id in its own record store; nobody else can turn it into a name. What readers wrote
in their own words is left out, because a name may stand in it, and so are pictures, because one may be burnt into them.
The people of the laboratory keep their names: who signed is part of the result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.exports.batch_report.report import Report
from engine.reviews import Decision
from engine.vocabulary import Karyogram

_DIGITS: Final = 12  # of an id: 48 bits tell any number of cases apart


def of_report(report: Report) -> Report:
    """Return the same report with a pseudonym for its batch; its entries get theirs when they are read."""
    return replace(report, batch=replace(report.batch, name=f"batch-{report.batch.id[:_DIGITS]}"))


def of_karyogram(karyogram: Karyogram) -> Karyogram:
    """Return the same karyogram with pseudonyms for its case and its file; cells keep their numbers."""
    case, file = f"case-{karyogram.case_id[:_DIGITS]}", f"karyogram-{karyogram.id[:_DIGITS]}"
    return replace(karyogram, case_name=case, file_name=file)


def of_decision(decision: Decision) -> Decision:
    """Return the same decision without what was written in own words."""
    return replace(decision, opinion=replace(decision.opinion, comment="", reason=""))
