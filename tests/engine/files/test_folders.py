"""Which files are meant when somebody names files and folders."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from engine.files.folders import opened, select
from tests.records import png


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as laboratories have them."""
    (tmp_path / "deep" / "down").mkdir(parents=True)
    (tmp_path / "b.png").write_bytes(png(1))
    (tmp_path / "a_without_suffix").write_bytes(png(2))
    (tmp_path / "deep" / "broken.TIFF").write_bytes(b"")
    (tmp_path / "deep" / "manifest.csv").write_text("file,case_id\n")
    (tmp_path / "deep" / "down" / "c.jpg").write_bytes(b"not really")
    (tmp_path / "labels.csv").write_text("file,label\n")
    (tmp_path / "deep" / "notes").write_text("BM and other notes")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "._b.png").write_bytes(b"\0")
    with zipfile.ZipFile(tmp_path / "archive_without_suffix", "w") as archive:
        archive.writestr("d.png", png(3))
    return tmp_path


def test_folder_gives_pictures_archives_and_manifests_by_content_or_name(folder: Path) -> None:
    selection = select(folder)
    assert [file.name for file in selection.files] == [
        "deep/manifest.csv",
        "a_without_suffix",
        "archive_without_suffix",
        "b.png",
        "deep/broken.TIFF",
        "deep/down/c.jpg",
    ]
    assert selection.left_aside == [folder / "deep" / "notes", folder / "labels.csv"]


def test_file_is_always_taken(folder: Path) -> None:
    selection = select(folder / "labels.csv")
    assert [(file.name, file.path) for file in selection.files] == [("labels.csv", folder / "labels.csv")]


def test_linked_folder_is_not_followed_and_linked_file_is(folder: Path) -> None:
    (folder / "deep" / "circle").symlink_to(folder)
    (folder / "deep" / "link.png").symlink_to(folder / "b.png")
    names = [file.name for file in select(folder).files]
    assert "deep/link.png" in names
    assert not any("circle" in name for name in names)


def test_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        select(tmp_path / "nowhere")
    assert caught.value.filename == str(tmp_path / "nowhere")


def test_unreadable_file_is_an_error_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as unreadable:  # nobody can open it like a file, not even root
        unreadable.bind("scan.png")
        with pytest.raises(OSError, match=r"scan\.png"):
            select(Path("scan.png"))


def test_one_file_is_open_at_a_time(folder: Path) -> None:
    streams: list[BinaryIO] = []
    for file in opened(select(folder).files):
        assert not isinstance(file.data, bytes | OSError)
        assert all(stream.closed for stream in streams)
        streams.append(file.data)
    assert all(stream.closed for stream in streams)
    assert len(streams) == 6


def test_file_that_cannot_be_opened_comes_with_its_error(folder: Path) -> None:
    selection = select(folder)
    (folder / "b.png").unlink()
    files = list(opened(selection.files))
    assert len(files) == 6
    assert [file.name for file in files if isinstance(file.data, FileNotFoundError)] == ["b.png"]
