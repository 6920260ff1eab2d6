"""The files that a browser has sent: as intake takes them, and their memory given back when it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.folders import belongs
from engine.intake import IncomingFile


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
    taken = [file for file in files if not folder or belongs(file.name, file.getbuffer()[:32].tobytes)]
    names = {id(file) for file in taken}
    return Sent(
        files=[IncomingFile(name=file.name, data=file) for file in taken],
        left_aside=[file.name for file in files if id(file) not in names],
        size=sum(file.size for file in files),
    )


def give_back(files: Sequence[UploadedFile]) -> None:
    """Free the memory of files that were taken in.

    Streamlit itself would keep them for as long as the browser stays connected.
    """
    context = get_script_run_ctx()
    if context is None or not isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    for file in files:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
        file.close()
