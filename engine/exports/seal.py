"""The seal of this installation: an Ed25519 key in a file of its own, by which others can tell what came from here.

The signature is RFC 8032's over the bytes as they are, so that any other program can check it, such as OpenSSL.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from engine.settings import SettingsError

_VARIABLE: Final = "KARYOTRIAGE_SIGNING_KEY"
_WANTED: Final = "a file with an Ed25519 private key in PEM, without a password"


@dataclass(frozen=True)
class Seal:
    """A key that signs; whoever shall check a signature gets ``public`` and learns ``fingerprint`` by another way."""

    key: Ed25519PrivateKey

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some bytes, 64 bytes long."""
        return self.key.sign(data)

    @property
    def public(self) -> bytes:
        """The public key in PEM."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """See ``fingerprint``."""
        return _fingerprint(self.key.public_key())


def kept_in(file: Path) -> Seal:
    """Return the seal of a file; where there is none, make one that only the owner of the file can read.

    Raises:
        SettingsError: the file holds something else.
        OSError: it cannot be read or written.
    """
    if not file.exists():
        _make(file)
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(_VARIABLE, _WANTED, str(file)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(_VARIABLE, _WANTED, str(file))
    return Seal(key)


def fingerprint(public: bytes) -> str:
    """Return the SHA-256 of a public key, given in PEM, as 64 hexadecimal digits.

    Raises:
        ValueError: it is no Ed25519 key.
    """
    return _fingerprint(_read(public))


def holds(public: bytes, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature is that of these bytes by this key.

    Raises:
        ValueError: it is no Ed25519 key.
    """
    try:
        _read(public).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _make(file: Path) -> None:
    """Write a new key beside the file and give it the name only then: of two who do so at once, one is too late."""
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # for its owner alone
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink()


def _read(public: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(public)
    except UnsupportedAlgorithm as error:
        raise ValueError("the key is of a kind that nobody here knows") from error
    if isinstance(key, Ed25519PublicKey):
        return key
    raise ValueError(f"the key must be one of Ed25519, found {type(key).__name__}")


def _fingerprint(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
