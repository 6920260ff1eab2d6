"""The files that a browser has sent: as intake takes them, without copies, and their memory given back in the end."""

from __future__ import annotations

import copyreg
import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from engine.files.folders import belongs
from engine.intake.intake import IncomingFile


def _same_bytes(file: UploadedFile) -> tuple[type[UploadedFile], tuple[UploadedFileRec, FileURLs]]:
    """How to make a file that shares the bytes of another."""
    record = UploadedFileRec(file.file_id, file.name, file.type, file.getvalue())
    return UploadedFile, (record, file._file_urls)


# Each time a page is drawn, Streamlit makes a deep copy of what a widget holds: with an upload, of all its bytes.
copyreg.pickle(UploadedFile, _same_bytes)


@dataclass(frozen=True)
class Sent:
    """What lies in the upload form: files for the intake, and the names of what a folder holds besides."""

    files: Sequence[IncomingFile]
    left_aside: Sequence[str] = ()
    size: int = 0


def sent(files: Sequence[UploadedFile], *, folder: bool) -> Sent:
    """Sort what a browser has sent; the bytes stay where they are.

    Args:
        files: of a file uploader.
        folder: whether a folder was chosen. Of a folder only pictures, ZIPs and manifests are taken, because nobody
            chose the others; a file chosen by itself is taken whatever it is.
    """
    taken = [file for file in files if not folder or belongs(file.name, partial(_head, file))]
    names = {id(file) for file in taken}
    return Sent(
        files=[IncomingFile(name=file.name, data=file) for file in taken],
        left_aside=[file.name for file in files if id(file) not in names],
        size=sum(file.size for file in files),
    )


def _head(file: UploadedFile) -> bytes:
    file.seek(0)
    return file.read(32)


def give_back(files: Sequence[UploadedFile]) -> None:
    """Free the memory of files that were taken in, and return it to the system.

    Streamlit itself would keep them for as long as the browser stays connected.
    """
    context = get_script_run_ctx()
    if context is None or not isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    for file in files:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
        file.close()
    _trim()


def _trim() -> None:
    """Have the C library hand free memory back: glibc would keep most of it. Others do it by themselves."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
