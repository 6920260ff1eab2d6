"""Hostile and damaged files, drawn from a seed: what a fuzzer, a bad disk or a bad person would send."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from tests.records import pixels

FORMATS: Final = ("png", "jpeg", "bmp", "tiff", "tiff pages", "png 16 bit", "palette", "cmyk", "zip", "manifest")
ODD_NAMES: Final = (
    "../../etc/passwd",
    "/etc/shadow",
    "C:\\x.png",
    "\udcff\udcfe.png",  # bytes that are no UTF-8, as Python reads them
    "x" * 5000 + ".png",
    "a\x00b.png",
    "",
    "\u202egnp.exe",  # shown from right to left
)
_ZIP_FLAG_ENCRYPTED: Final = 0x1


def sound(kind: str, generator: np.random.Generator) -> bytes:
    """A file of this format that is as it should be."""
    image, buffer = Image.fromarray(pixels(int(generator.integers(2**31)))), io.BytesIO()
    if kind == "zip":
        return zipped({f"P{n}_c1.png": sound("png", generator) for n in range(3)})
    if kind == "manifest":
        return b"file,case_id,cell\n" + b"".join(b"a%d.png,P%d,1\n" % (n, n) for n in range(20))
    if kind == "png 16 bit":
        Image.fromarray(np.asarray(image, np.uint16) * 257).save(buffer, "png")
    elif kind == "tiff pages":
        image.save(buffer, "tiff", save_all=True, append_images=[image.rotate(90), image])
    else:
        modes = {"palette": ("P", "png"), "cmyk": ("CMYK", "tiff")}
        mode, name = modes.get(kind, ("L", kind))
        image.convert(mode).save(buffer, name)
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """These files as a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _flip(data: bytes, generator: np.random.Generator) -> bytes:
    changed = np.frombuffer(data, np.uint8).copy()
    places = generator.integers(0, changed.size, int(generator.integers(1, 1 + max(1, changed.size // 50))))
    changed[places] = generator.integers(0, 256, places.size)
    return changed.tobytes()


def _flip_head(data: bytes, generator: np.random.Generator) -> bytes:
    return _flip(data[:64], generator) + data[64:]


def _cut(data: bytes, generator: np.random.Generator) -> bytes:
    return data[: int(generator.integers(0, len(data)))]


def _remove(data: bytes, generator: np.random.Generator) -> bytes:
    start, stop = sorted(int(place) for place in generator.integers(0, len(data), 2))
    return data[:start] + data[stop:]


def _insert(data: bytes, generator: np.random.Generator) -> bytes:
    place = int(generator.integers(0, len(data)))
    return data[:place] + generator.bytes(int(generator.integers(1, 400))) + data[place:]


def _double(data: bytes, generator: np.random.Generator) -> bytes:
    start, stop = sorted(int(place) for place in generator.integers(0, len(data), 2))
    return data[:stop] + data[start:]


def _polyglot(data: bytes, generator: np.random.Generator) -> bytes:
    other = sound(str(generator.choice(FORMATS)), generator)
    return data + other if generator.random() < 0.5 else data[: len(data) // 2] + other


def _behind(data: bytes, generator: np.random.Generator) -> bytes:
    heads = b"%PDF-1.7\n", b"GIF89a", b"<html>", b"\x7fELF", b"\x00" * 8
    return heads[generator.integers(len(heads))] + data


MUTATIONS: Final[tuple[Callable[[bytes, np.random.Generator], bytes], ...]] = (
    _flip,
    _flip_head,
    _cut,
    _remove,
    _insert,
    _double,
    _polyglot,
    _behind,
)


def mutated(generator: np.random.Generator) -> tuple[str, bytes]:
    """A damaged file of some format, under a name that may be as bad."""
    kind = str(generator.choice(FORMATS))
    data = sound(kind, generator)
    for _ in range(int(generator.integers(1, 4))):
        if data:
            data = MUTATIONS[generator.integers(len(MUTATIONS))](data, generator)
    return _name(kind, generator), data


def _name(kind: str, generator: np.random.Generator) -> str:
    plain = {"zip": "a.zip", "manifest": "manifest.csv"}.get(kind, f"P{generator.integers(99)}_c1.{kind.split()[0]}")
    return str(generator.choice(ODD_NAMES)) if generator.random() < 0.2 else plain


def png_of_size(width: int, height: int) -> bytes:
    """A small PNG whose head promises a picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * min(10**6, (width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _picture() -> bytes:
    return sound("png", np.random.default_rng(0))


def _plain() -> bytes:
    return zipped({"P1_c1.png": _picture()})


def _zeros() -> bytes:
    return zipped({"P1_c1.png": b"\x00" * 200_000_000})


def _linked() -> bytes:
    link, buffer = zipfile.ZipInfo("link.png"), io.BytesIO()
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def _wrong_sizes() -> bytes:
    return _plain().replace(struct.pack("<I", len(_picture())), struct.pack("<I", 17))


BOTH: Final = "a picture and a ZIP in one"

ATTACKS: Final[dict[str, Callable[[], bytes]]] = {
    "a ZIP bomb": _zeros,
    "a ZIP bomb in a ZIP": lambda: zipped({"inner.zip": _zeros()}),
    "a ZIP in a ZIP": lambda: zipped({"inner.zip": _plain()}),
    "paths that lead out": lambda: zipped(dict.fromkeys(("../../out.png", "/abs.png", "C:\\x.png"), _picture())),
    "a symbolic link": _linked,
    "an encrypted ZIP": lambda: _with_flag(_plain(), _ZIP_FLAG_ENCRYPTED),
    "wrong sizes in a ZIP": _wrong_sizes,
    "many entries": lambda: zipped({f"{number}.png": b"" for number in range(6000)}),
    "a picture of 1 by 1": lambda: png_of_size(1, 1),
    "a picture of 60,000 by 60,000": lambda: png_of_size(60_000, 60_000),
    "a picture of no height": lambda: png_of_size(100, 0),
    "an empty file": lambda: b"",
    BOTH: lambda: _picture() + _plain(),
    "noise": lambda: np.random.default_rng(1).bytes(100_000),
    "a program": lambda: b"MZ" + np.random.default_rng(2).bytes(2000),
    "a page": lambda: b"<html><script>alert(1)</script></html>",
}
"""One file of each kind of attack, by what it is."""


def _with_flag(data: bytes, flag: int) -> bytes:
    """Set a flag of every entry of a ZIP, in both of its lists."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(signature)
        while place >= 0:
            changed[place + offset] |= flag
            place = changed.find(signature, place + 1)
    return bytes(changed)
