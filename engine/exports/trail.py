"""The audit trail as a signed file, for an auditor: a ZIP that programs of every system can check without us.

``audit.jsonl`` has one JSON object a line: who exported what and when, then the entries in their order.
``audit.jsonl.sha256`` has its hash as ``sha256sum`` writes it, ``audit.jsonl.sha256.sig`` the signature of that by the
key whose public half is ``public_key.pem``.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from sqlalchemy.orm import Session

from engine.exports.seal import Seal
from engine.people import Action, Person, may, require
from engine.records import audit, seeds

ENTRIES: Final = "audit.jsonl"
HASH: Final = f"{ENTRIES}.sha256"
SIGNATURE: Final = f"{HASH}.sig"
PUBLIC_KEY: Final = "public_key.pem"
READ_ME: Final = "README.txt"
FILE_NAME: Final = "karyotriage_audit.zip"
_HOW: Final = f"""\
The audit trail of Karyotriage, or a part of it: the first line of {ENTRIES} says which, who asked for it, and when.

    sha256sum --check {HASH}
    openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {HASH} -sigfile {SIGNATURE}

Both must succeed. The key is the laboratory's if its fingerprint is the one that the laboratory tells you:

    openssl pkey -pubin -in {PUBLIC_KEY} -outform DER | sha256sum

With Karyotriage, `python -m engine verify FILE` does all of this, and follows the chain of hashes from entry to entry.
"""


def kept_from(person: Person | None) -> tuple[str, ...]:
    """Return the actions of which somebody is not told: readers are not to learn which karyograms are known cases."""
    return () if person is None or may(person, Action.SEED_CASES) else seeds.TOLD_IN_THE_TRAIL


def write(session: Session, stream: BinaryIO, seal: Seal, *, text: str = "", person: Person | None = None) -> int:
    """Write the trail as it is now, its own export included.

    Args:
        session: see ``engine.records.database.open_session``; it is committed.
        stream: a binary file.
        seal: what signs it.
        text: only entries whose person, action or subject contain it, in capitals or not.
        person: who asks; None for the shell of the machine.

    Returns:
        How many entries were written.

    Raises:
        NotAllowedError: the role of this person may not export.
    """
    if person is not None:
        require(person, Action.EXPORT)
    now, who = datetime.now(UTC), person.name if person else audit.SHELL
    told = {"as": "signed trail", "search": text, "key": seal.fingerprint}
    audit.record(session, now, person=who, action="export", subject="audit trail", details=told)
    session.commit()
    head = {"exported_at": now.isoformat(), "by": who, "search": text, "left_out": kept_from(person)}
    count, hashed = 0, hashlib.sha256()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(ENTRIES, "w", force_zip64=True) as file:
            for line in _lines(session, head):
                hashed.update(line)
                file.write(line)
                count += 1
        proof = f"{hashed.hexdigest()}  {ENTRIES}\n".encode()
        for name, data in ((HASH, proof), (SIGNATURE, seal.sign(proof)), (PUBLIC_KEY, seal.public)):
            archive.writestr(name, data)
        archive.writestr(READ_ME, _HOW)
    return count - 1  # without the head


def _lines(session: Session, head: dict[str, Any]) -> Iterator[bytes]:
    yield _line(head)
    newest = audit.latest(session, 1)[0].sequence  # what others add from here on is not in it
    for entry in audit.entries(session, text=head["search"], but=head["left_out"]):
        if entry.sequence > newest:
            return
        yield _line({**asdict(entry), "at": entry.at.isoformat()})


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"
