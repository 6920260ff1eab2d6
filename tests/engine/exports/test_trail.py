"""The audit trail as a signed file: whoever changes anything of it is found out, by us and by programs of others."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Engine

from engine.__main__ import main
from engine.exports import seal, trail, trail_proof
from engine.people import DEMO, NotAllowedError, Person, Role
from engine.records import audit, database
from engine.records.database import open_session
from engine.settings import SettingsError
from tests.records import NOW

# what is written does not depend on the record store
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SUPERVISOR, READER = DEMO[2], DEMO[0]
Files = dict[str, bytes]


@pytest.fixture
def signer(tmp_path: Path) -> seal.Seal:
    return seal.kept_in(tmp_path / "keys" / "signing-key.pem")


def fill(engine: Engine, *actions: str) -> None:
    with open_session(engine) as session:
        for number, action in enumerate(actions):
            moment = NOW + timedelta(seconds=number)
            audit.record(session, moment, person="Åsa", action=action, subject=f"karyogram {number}")
        session.commit()


def exported(engine: Engine, signer: seal.Seal, person: Person | None = None, text: str = "") -> bytes:
    stream = io.BytesIO()
    with open_session(engine) as session:
        trail.write(session, stream, signer, text=text, person=person)
    return stream.getvalue()


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream


def lines(data: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in unpacked(data)[trail.ENTRIES].splitlines()]


def test_the_whole_trail_is_written_and_holds(sql_engine: Engine, signer: seal.Seal) -> None:
    fill(sql_engine, "view", "decide", "view")
    data = exported(sql_engine, signer, SUPERVISOR)
    head, *entries = lines(data)
    assert (head["by"], head["search"], head["left_out"]) == (SUPERVISOR.name, "", [])
    assert [entry["action"] for entry in entries] == ["view", "decide", "view", "export"]  # its own one, too
    assert json.loads(str(entries[-1]["details"])) == {"as": "signed trail", "key": signer.fingerprint, "search": ""}
    proof = trail_proof.examine(io.BytesIO(data))
    assert (proof.faults, proof.entries, proof.fingerprint) == ([], 4, signer.fingerprint)


@SQLITE
def test_a_part_of_it_holds_too(sql_engine: Engine, signer: seal.Seal) -> None:
    fill(sql_engine, "view", "decide", "view", "decide")
    data = exported(sql_engine, signer, text="DECIDE")
    assert [entry["sequence"] for entry in lines(data)[1:]] == [2, 4]
    assert trail_proof.examine(io.BytesIO(data)).faults == []


@SQLITE
def test_readers_are_not_told_of_known_cases(sql_engine: Engine, signer: seal.Seal) -> None:
    fill(sql_engine, "view", "seed", "decide")
    for person, shown in ((READER, False), (SUPERVISOR, True), (None, True)):
        data = exported(sql_engine, signer, person)
        assert ("seed" in [entry.get("action") for entry in lines(data)]) is shown
        assert trail_proof.examine(io.BytesIO(data)).faults == []


@SQLITE
def test_who_may_only_look_gets_nothing(sql_engine: Engine, signer: seal.Seal) -> None:
    with pytest.raises(NotAllowedError):
        exported(sql_engine, signer, Person("Gast", Role.READ_ONLY))
    with open_session(sql_engine) as session:
        assert audit.latest(session, 1) == []


def edited(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files, seal.Seal], Files]:
    """Change the lines and sign them anew with a key of one's own, as a forger who has not that of the laboratory."""

    def forge(files: Files, forger: seal.Seal) -> Files:
        text = b"".join(line + b"\n" for line in change(files[trail.ENTRIES].splitlines()))
        return {**files, trail.ENTRIES: text}

    return forge


FORGERIES: dict[str, Callable[[Files, seal.Seal], Files]] = {
    "a changed entry": edited(lambda told: [told[0], told[1].replace(b"view", b"look"), *told[2:]]),
    "an entry less": edited(lambda told: [told[0], *told[2:]]),
    "the last entry less": edited(lambda told: told[:-1]),
    "an entry twice": edited(lambda told: [*told, told[-1]]),
    "another order": edited(lambda told: [told[0], *told[:0:-1]]),
    "another head": edited(lambda told: [told[0].replace(b"shell", b"Sara"), *told[1:]]),
    "another hash": lambda files, _: {**files, trail.HASH: b"0" * 64 + files[trail.HASH][64:]},
    "another signature": lambda files, _: {**files, trail.SIGNATURE: bytes(64)},
    "another key": lambda files, forger: {**files, trail.PUBLIC_KEY: forger.public},
    "no key": lambda files, _: {name: data for name, data in files.items() if name != trail.PUBLIC_KEY},
    "a key of nothing": lambda files, _: {**files, trail.PUBLIC_KEY: b"-----BEGIN"},
    "no JSON": lambda files, _: {**files, trail.ENTRIES: b"dear colleague\n"},
    "a list for a head": lambda files, _: {**files, trail.ENTRIES: b"[]\n"},
}


@SQLITE
@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_was_changed_afterwards_is_found(
    sql_engine: Engine, signer: seal.Seal, tmp_path: Path, forgery: str
) -> None:
    fill(sql_engine, "view", "decide", "view")
    files, forger = unpacked(exported(sql_engine, signer)), seal.kept_in(tmp_path / "forger.pem")
    assert trail_proof.examine(packed(files)).faults == []
    assert trail_proof.examine(packed(FORGERIES[forgery](files, forger))).faults


@SQLITE
@pytest.mark.parametrize("forgery", ["a changed entry", "an entry less", "an entry twice", "another order"])
def test_the_chain_shows_it_even_where_it_is_signed_anew(
    sql_engine: Engine, signer: seal.Seal, tmp_path: Path, forgery: str
) -> None:
    fill(sql_engine, "view", "decide", "view")
    forger = seal.kept_in(tmp_path / "forger.pem")
    files = FORGERIES[forgery](unpacked(exported(sql_engine, signer)), forger)
    hashed = f"{hashlib.sha256(files[trail.ENTRIES]).hexdigest()}  {trail.ENTRIES}\n".encode()
    signed = {trail.HASH: hashed, trail.SIGNATURE: forger.sign(hashed), trail.PUBLIC_KEY: forger.public}
    proof = trail_proof.examine(packed({**files, **signed}))
    assert proof.fingerprint != signer.fingerprint
    assert proof.faults
    assert all(fault.startswith("audit entry") for fault in proof.faults)


def test_what_is_no_zip_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear colleague")
    (fault,) = trail_proof.examine(tmp_path / "letter").faults
    assert "cannot be read as a signed audit trail" in fault


@SQLITE
def test_programs_of_others_check_it_as_the_file_says(sql_engine: Engine, signer: seal.Seal, tmp_path: Path) -> None:
    fill(sql_engine, "view")
    files = unpacked(exported(sql_engine, signer))
    if shutil.which("openssl") is None or shutil.which("sha256sum") is None:
        pytest.skip("openssl or sha256sum is not installed")
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    check, verify, fingerprint = (
        line.strip() for line in files[trail.READ_ME].decode().splitlines() if line.startswith("    ")
    )

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run(check).returncode == 0
    assert run(verify).returncode == 0
    assert run(fingerprint).stdout.split()[0] == signer.fingerprint
    (tmp_path / trail.HASH).write_text("0" * 64)
    assert run(verify).returncode != 0


def test_the_key_is_kept_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "signing-key.pem"
    assert seal.kept_in(file).fingerprint == seal.kept_in(file).fingerprint
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert seal.fingerprint(seal.kept_in(file).public) == seal.kept_in(file).fingerprint


def test_a_file_that_holds_no_such_key_is_named(tmp_path: Path) -> None:
    other = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"secret", other):
        file = tmp_path / "key.pem"
        file.write_bytes(content)
        with pytest.raises(SettingsError, match="KARYOTRIAGE_SIGNING_KEY must be a file with an Ed25519") as raised:
            seal.kept_in(file)
        assert "secret" not in str(raised.value)


def test_the_commands(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("KARYOTRIAGE_SIGNING_KEY", str(tmp_path / "key.pem"))
    engine = database.connect(sqlite_url)
    fill(engine, "view", "decide")
    engine.dispose()
    file, fingerprint = str(tmp_path / "audit.zip"), seal.kept_in(tmp_path / "key.pem").fingerprint
    assert main(["export", "--trail", file]) == 0
    assert capsys.readouterr().out == (
        f"3 entries of the audit trail written to {file}, signed by the key {fingerprint}\n"
    )
    assert main(["verify", file, "--key", fingerprint.upper()]) == 0
    assert "3 entries: as they were signed" in capsys.readouterr().out
    assert main(["verify", file, "--key", "0" * 64]) == 1
    assert f"the key must have the fingerprint {'0' * 64}" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "none.zip")]) == 2
