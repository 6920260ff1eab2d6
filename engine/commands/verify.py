"""``python -m engine verify``: is a signed file of the audit trail what it says?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engine.exports import trail_proof
from engine.settings import Settings

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DESCRIPTION = """\
Check a file of `export --trail` or of the page Audit trail: its hash, its signature, and that each entry follows the
one before it. It needs no record store. The exit code is 1 where something is wrong. Whose the key is nobody can tell
from the file: compare the fingerprint with the one that the laboratory tells you, or name it with --key.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("verify", help="check a signed audit trail", description=_DESCRIPTION)
    parser.add_argument("file", type=Path, metavar="FILE", help="the ZIP file")
    parser.add_argument("--key", metavar="FINGERPRINT", help="the key must have this fingerprint, 64 digits")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print what was found; returns 1 where something is wrong.

    Raises:
        OSError: the file cannot be read.
    """
    proof = trail_proof.examine(args.file)
    faults = list(proof.faults)
    if args.key is not None and args.key.lower() != proof.fingerprint:
        faults.append(f"the key must have the fingerprint {args.key.lower()}")
    for fault in faults:
        print(ascii(fault)[1:-1])  # it may quote what stands in the file
    if proof.told:
        asked = f"search {proof.told['search']!a}" if proof.told["search"] else "no search"
        kept = f", without {len(proof.told['left_out'])} kinds of actions" if proof.told["left_out"] else ""
        print(f"exported by {proof.told['by']!a} at {proof.told['exported_at']!a}, {asked}{kept}")
    print(f"signed by the key {proof.fingerprint or 'of nobody'}")
    print(f"{proof.entries:,} entries: " + ("as they were signed" if not faults else f"{len(faults)} faults"))
    return 1 if faults else 0
