"""The words of an upload: what to do about a refused file, what is in doubt beforehand, and the commands for the shell.

Pure functions; nothing is drawn here.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.wording import words
from engine.files.preview import Doubt, DoubtKind, ToldBy
from engine.intake.receipts import Receipt
from engine.vocabulary import Priority, ProblemKind

ADVICE: dict[ProblemKind, str] = {
    ProblemKind.NOT_READABLE: "Check that the file is not open elsewhere and may be read, then send it again.",
    ProblemKind.EMPTY: "Export it from the microscope's software again: nothing was saved.",
    ProblemKind.NOT_AN_IMAGE: "Send PNG, JPEG, BMP or TIFF, or a ZIP of these. Leave this file out if it is none.",
    ProblemKind.TRUNCATED: "It was cut off while it was copied or exported. Copy it again from where it came.",
    ProblemKind.TOO_LARGE: "Save it as compressed TIFF or PNG, or let the limit be raised (KARYOTRIAGE_MAX_FILE_MB).",
    ProblemKind.TOO_MANY_PIXELS: "Export it smaller: 2,000 pixels a side are plenty.",
    ProblemKind.TOO_SMALL: "This may be a thumbnail. Send the full picture.",
    ProblemKind.DUPLICATE: "Nothing to do: read the earlier one. For a second opinion, choose another model.",
    ProblemKind.BAD_ARCHIVE: "Make the ZIP anew, without a password and without ZIPs inside, or send its folder.",
    ProblemKind.BAD_MANIFEST: "Correct the line that is named, and send manifest.csv with the files.",
    ProblemKind.OVER_LIMIT: "Send it tomorrow, or ask your administrator to raise the limit.",
}

TOLD_BY: dict[ToldBy, str] = {
    ToldBy.NAME: "file name",
    ToldBy.MANIFEST: "manifest",
    ToldBy.NOBODY: "nobody: a case by itself",
}

PRIORITIES: dict[Priority, str] = {Priority.ROUTINE: "Routine", Priority.URGENT: ":material/bolt: Urgent"}
PRIORITY_HELP = "Engines judge urgent batches before all others. Routine ones wait for as long as urgent ones come in."

_NAMED = 3
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


@dataclass(frozen=True)
class DoubtWords:
    """How doubts of one kind are told: an icon, a heading with their number, and what follows from them."""

    icon: str
    heading: str
    meaning: str


DOUBTS: dict[DoubtKind, DoubtWords] = {
    DoubtKind.SAME_CELL: DoubtWords(
        ":material/content_copy:",
        "Several files are the same cell",
        "All of them are judged. If they show different cells, rename them first.",
    ),
    DoubtKind.NAME_AGAINST_MANIFEST: DoubtWords(
        ":material/compare_arrows:",
        "File name and manifest disagree",
        "The file name counts. If the manifest is right, rename the file.",
    ),
    DoubtKind.SPELLING: DoubtWords(
        ":material/spellcheck:",
        "Cases that differ in spelling only",
        "They stay different cases. If they are one patient's, rename the files.",
    ),
    DoubtKind.NOT_HERE: DoubtWords(
        ":material/search_off:",
        "Named in a manifest, but not here",
        "Look whether these files were left out, or lost on the way.",
    ),
    DoubtKind.GAP: DoubtWords(
        ":material/format_list_numbered:",
        "Numbers missing between the cells of a case",
        "Fine if these cells were left out on purpose.",
    ),
    DoubtKind.OWN_CASE: DoubtWords(
        ":material/help_center:",
        "Neither name nor manifest tells the case",
        "Each of these files becomes a case by itself. Name files like P001_c2.png, or add a manifest.csv.",
    ),
}


def doubt_line(doubt: Doubt) -> str:
    """One doubt as Markdown: which case, cell or file, and which names."""
    about, names = words.plain(doubt.about), [words.plain(name) for name in doubt.names]
    lines = {
        DoubtKind.SAME_CELL: f"**{about}**: {_some(names)}",
        DoubtKind.NAME_AGAINST_MANIFEST: f"**{about}**: {' by its name, '.join(names)} by the manifest",
        DoubtKind.SPELLING: _some([f"**{name}**" for name in names]),
        DoubtKind.NOT_HERE: _some(names),
        DoubtKind.GAP: f"**{about}**: {'cell' if len(names) == 1 else 'cells'} {', '.join(names)}",
        DoubtKind.OWN_CASE: _some(names),
    }
    return lines[doubt.kind]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def some_plain(names: Sequence[str]) -> str:
    """The first few of names from outside as Markdown, and how many more there are."""
    return _some([words.plain(name) for name in names])


def cells(numbers: Sequence[str]) -> str:
    """The cells of a case in short: runs of numbers become one; as they came where not all are numbers."""
    if not all(number.isascii() and number.isdigit() for number in numbers):
        return ", ".join(numbers)
    runs: list[list[int]] = []
    for number in sorted({int(number) for number in numbers}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)  # noqa: RUF001


def size(count: int) -> str:
    """A number of bytes as people read it: ``640 kB``, ``203 MB``, ``1.5 GB``."""
    unit, name = next((pair for pair in _UNITS if count >= pair[0]), _UNITS[-1])
    return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"


def received(receipt: Receipt) -> str:
    """What was received against what was sent, as Markdown."""
    text = f"Received **{receipt.taken:,} of {receipt.sent:,}** {'file' if receipt.sent == 1 else 'files'}"
    if receipt.karyograms != receipt.taken:
        text += f", {words.count(receipt.karyograms, 'karyogram')} in all"
    return text


def lost(receipt: Receipt) -> str:
    """What is said where files were sent and nothing became of them."""
    return (
        f"{words.count(receipt.lost, 'file')} of this upload {'has' if receipt.lost == 1 else 'have'} not come in: "
        "either they are being received at this moment, or the upload was cut off. Send the same files once more: what "
        "is there already is told as a duplicate and not judged twice."
    )


def arrived(count: int, chosen: int | None) -> tuple[bool, str]:
    """Whether everything that somebody chose lies in the form, and what to say of it."""
    if chosen is None or chosen == count:
        return True, f"All {count:,} files have arrived in this form."
    if chosen > count:
        return False, (
            f"{words.count(chosen - count, 'file')} of {chosen:,} did not arrive. Those that failed on the way stand "
            "in the list above with a red mark; those that are missing there never left the browser."
        )
    return False, f"{count:,} files have arrived, {count - chosen:,} more than you chose. Is something here twice?"


def submit_command(name: str, model: str, passes: int, priority: Priority) -> str:
    """The command that hands in a folder with the same wishes as the form."""
    return f"python -m engine submit FOLDER --name {shlex.quote(name)} {_wishes(model, passes, priority)}"


def watch_command(model: str, passes: int, priority: Priority) -> str:
    """The command that watches a folder with the same wishes as the form."""
    return f"python -m engine watch FOLDER {_wishes(model, passes, priority)}"


def _wishes(model: str, passes: int, priority: Priority) -> str:
    urgent = " --urgent" if priority is Priority.URGENT else ""
    return f"--model {shlex.quote(model)} --passes {passes}{urgent}"
