"""ZIP files from outside: sound ones, careless ones and hostile ones."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.files.archives import ArchiveError, ArchiveLimits, entries, is_archive
from engine.vocabulary import FileProblem, ProblemKind

LIMITS = ArchiveLimits(max_entries=10, max_bytes=8 * 1024**2, max_ratio=200, max_member_bytes=4 * 1024**2)
Entries = dict[str | zipfile.ZipInfo, bytes]


class ArchiveMember(NamedTuple):
    name: str
    data: bytes


def members(source: bytes | io.BytesIO, limits: ArchiveLimits) -> Iterator[ArchiveMember | FileProblem]:
    """Read every entry in its turn."""
    for entry in entries(source, limits):
        if isinstance(entry, FileProblem):
            yield entry
            continue
        data = entry.read()
        yield data if isinstance(data, FileProblem) else ArchiveMember(entry.name, data)


def zip_of(files: Entries, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def only(data: bytes, limits: ArchiveLimits = LIMITS) -> ArchiveMember | FileProblem:
    (result,) = members(data, limits)
    return result


def problem_of(data: bytes, limits: ArchiveLimits = LIMITS) -> FileProblem:
    result = only(data, limits)
    assert isinstance(result, FileProblem)
    return result


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3  # Unix: the upper half of external_attr is the mode
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_out_with_their_inner_path(method: int) -> None:
    data = zip_of({"a.png": b"one", "inner/deep/": b"", "inner/deep/b.png": b"two"}, method)
    assert list(members(data, LIMITS)) == [ArchiveMember("a.png", b"one"), ArchiveMember("inner/deep/b.png", b"two")]


def test_open_file_is_read_as_bytes_are() -> None:
    assert list(members(io.BytesIO(zip_of({"a.png": b"one"})), LIMITS)) == [ArchiveMember("a.png", b"one")]


def test_manifest_comes_first() -> None:
    data = zip_of({"a.png": b"one", "inner/manifest.csv": b"file,case_id\n", "b.png": b"two"})
    assert [result.name for result in members(data, LIMITS) if isinstance(result, ArchiveMember)] == [
        "inner/manifest.csv",
        "a.png",
        "b.png",
    ]


def test_clutter_is_passed_over_in_silence() -> None:
    data = zip_of({"__MACOSX/._a.png": b"x", ".DS_Store": b"x", "inner/Thumbs.db": b"x", "a.png": b"one"})
    assert only(data) == ArchiveMember("a.png", b"one")


def test_empty_archive_is_no_fault() -> None:
    data = zip_of({})
    assert is_archive(data)
    assert list(members(data, LIMITS)) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../evil.png", "evil.png"), ("/etc/evil.png", "evil.png"), ("C:\\evil.png", "evil.png")],
)
def test_paths_that_lead_out_are_refused(name: str, shown: str) -> None:
    problem = problem_of(zip_of({name: b"x"}))
    assert (problem.kind, problem.file_name) == (ProblemKind.BAD_ARCHIVE, shown)
    assert "leads out of it" in problem.message


def test_path_with_backslashes_is_read_as_windows_meant_it() -> None:
    assert only(zip_of({"inner\\a.png": b"one"})) == ArchiveMember("inner/a.png", b"one")


@pytest.mark.parametrize(("mode", "word"), [(stat.S_IFLNK | 0o777, "link"), (stat.S_IFIFO | 0o600, "special file")])
def test_links_and_special_files_are_refused(mode: int, word: str) -> None:
    problem = problem_of(zip_of({special("a.png", mode): b"/etc/passwd"}))
    assert problem.kind is ProblemKind.BAD_ARCHIVE
    assert word in problem.message


def test_encrypted_file_is_refused_and_the_next_one_read() -> None:
    data = bytearray(zip_of({"a.png": b"secret", "b.png": b"two"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    first, second = members(bytes(data), LIMITS)
    assert isinstance(first, FileProblem)
    assert "encrypted" in first.message
    assert second == ArchiveMember("b.png", b"two")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_methods_that_cannot_be_bounded_are_refused(method: int) -> None:
    assert "packing method" in problem_of(zip_of({"a.png": b"x" * 100}, method)).message


def test_archive_inside_an_archive_is_refused() -> None:
    problem = problem_of(zip_of({"inner.zip": zip_of({"a.png": b"one"})}))
    assert problem.kind is ProblemKind.NOT_AN_IMAGE
    assert "ZIP inside a ZIP" in problem.message


def test_entries_at_the_limit_pass_and_one_more_does_not() -> None:
    files: Entries = {f"{number}.png": b"x" for number in range(10)}
    assert len(list(members(zip_of(files), LIMITS))) == 10
    files["one too many.png"] = b"x"
    with pytest.raises(ArchiveError, match="at most 10 entries in a ZIP, found 11"):
        list(members(zip_of(files), LIMITS))


def test_unpacked_size_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    half = np.random.default_rng(1).bytes(1000)
    limits = ArchiveLimits(max_bytes=2000)
    assert len(list(members(zip_of({"a.png": half, "b.png": half}), limits))) == 2
    with pytest.raises(ArchiveError, match="at most 2,000 bytes unpacked, the ZIP declares 2,001 bytes"):
        list(members(zip_of({"a.png": half, "b.png": half + b"x"}), limits))


def test_file_above_its_own_limit_is_refused_alone() -> None:
    data = zip_of({"a.png": np.random.default_rng(1).bytes(1001), "b.png": b"two"})
    first, second = members(data, ArchiveLimits(max_member_bytes=1000))
    assert isinstance(first, FileProblem)
    assert first.kind is ProblemKind.TOO_LARGE
    assert second == ArchiveMember("b.png", b"two")


def test_ratio_is_limited_for_large_files_only() -> None:
    assert "packed at most 200:1" in problem_of(zip_of({"bomb.bmp": bytes(3 * 1024**2)})).message
    assert isinstance(only(zip_of({"blank.bmp": bytes(900_000)})), ArchiveMember)


def test_file_that_declares_less_than_it_holds_is_never_inflated() -> None:
    data = bytearray(zip_of({"bomb.bmp": bytes(200 * 1024**2)}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(magic) + offset, 1000)
    tracemalloc.start()
    problem = problem_of(bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problem.kind is ProblemKind.TRUNCATED
    assert peak < 10 * 1024**2


def test_damaged_member_is_a_problem_of_its_own() -> None:
    data = bytearray(zip_of({"a.png": b"one" * 50, "b.png": b"two"}, zipfile.ZIP_STORED))
    data[data.index(b"one")] ^= 0xFF
    first, second = members(bytes(data), LIMITS)
    assert isinstance(first, FileProblem)
    assert (first.file_name, first.kind) == ("a.png", ProblemKind.TRUNCATED)
    assert second == ArchiveMember("b.png", b"two")


def test_cut_archive_is_refused_as_a_whole() -> None:
    with pytest.raises(ArchiveError, match="cut off or damaged"):
        list(members(zip_of({"a.png": b"one" * 100})[:-30], LIMITS))


SOUND = zip_of({"a.png": b"one" * 200, "inner/b.png": b"two", "manifest.csv": b"file,case_id\na.png,K1\n"})


@given(seed=st.integers(0, 2**32 - 1), changes=st.integers(1, 30), cut=st.integers(0, 100))
@settings(max_examples=400, deadline=None)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_changed_anywhere_gives_members_problems_or_a_clear_error(seed: int, changes: int, cut: int) -> None:
    random = np.random.default_rng(seed)
    data = np.frombuffer(SOUND, dtype=np.uint8).copy()
    data[random.integers(0, len(data), changes)] = random.integers(0, 256, changes)
    try:
        results = list(members(data.tobytes()[: len(data) - cut * (seed % 2)], LIMITS))
    except ArchiveError as error:
        assert str(error)
    else:
        assert all(isinstance(result, ArchiveMember | FileProblem) for result in results)
