"""What a process logs: lines for people, or one JSON object a line for a machine that collects them.

Ids, names of files and whatever else comes from outside are data: a line feed or an escape sequence in them never makes
a line of its own, nor moves the cursor of whoever reads them. A message that concerns one karyogram or one batch names
it in fields of its own: ``_log.error("given up", extra={"karyogram": ..., "batch": ...})``.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Final

from engine.settings import LogFormat

FIELDS: Final = ("karyogram", "batch")
"""What a message may name besides its text."""

_TEXT: Final = "%(asctime)s %(levelname)s %(message)s"
_INDENT: Final = "    "


def configure(form: LogFormat) -> None:
    """Let everything of this process log in one form, to stderr.

    Args:
        form: "text" or "json".
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter(_TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)


def printable(text: str) -> str:
    """Return a text in one line: what does not print is shown as its escape."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class TextFormatter(logging.Formatter):
    """One line for each message; the lines of a traceback are indented, so that none can pass for a message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802, the name is that of the library
        """Return the line of a message."""
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Return a traceback, every line of it indented and printable."""
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        return "\n".join(_INDENT + printable(line) for line in lines)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, what it concerns, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a message; JSON itself escapes what would break it."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= {name: str(value) for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told)
