"""The container image without a container engine: the Dockerfile's instructions, carried out one by one.

The root of the image is a copy-on-write copy of this machine's, so that nothing is written outside of it, with the
project's folder hidden and a bare Python in place of the base image. What is started in it has the rights that
compose.yaml gives: nothing can be written but the volume and memory, and nobody is root.
"""

from __future__ import annotations

import fnmatch
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.test_deployment import CONTAINER, instructions, of, text

BASE = "/opt/base"  # of the Python that stands in for the base image's
HANDED_ON = ("PIP_", "SSL_", "http_proxy", "https_proxy", "no_proxy")  # how this machine reaches the package registry
_NEEDED = ("unshare", "nsenter", "chroot", "setpriv", "ip", "useradd")

_ROOT = """
mount -t overlay overlay -o lowerdir=/,upperdir={folder}/upper,workdir={folder}/work {root}
mount -t proc proc {root}/proc
mount --rbind /dev {root}/dev
mount -t tmpfs hidden {root}{repository}
"""
_AS_COMPOSE_SAYS = """
mount --bind {root}/app/data {root}/app/data
mount -o remount,bind,ro {root}
mount -t tmpfs -o mode=1777 tmpfs {root}/tmp
mount -t tmpfs -o uid=10001,gid=10001,mode=700 tmpfs {root}/home/karyotriage
ip link set lo up
"""


def included(path: str) -> bool:
    """Whether .dockerignore lets a file or folder through to the builder: the last line that fits decides."""
    through = True
    for line in text(".dockerignore").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [path, *(str(parent) for parent in Path(path).parents), *(Path(path).parts if "**/" in line else ())]
        if pattern and not line.startswith("#") and any(fnmatch.fnmatchcase(part, pattern) for part in parts):
            through = line.startswith("!")
    return through


def context(folder: Path) -> Path:
    """Copy what the builder gets; returns the folder."""
    for source in REPOSITORY.iterdir():
        if not included(source.name):
            continue
        for path in [source, *source.rglob("*")] if source.is_dir() else [source]:
            name = path.relative_to(REPOSITORY)
            if path.is_file() and included(str(name)):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, folder / name)
    return folder


class Image:
    """A root that is built and used through commands in a namespace of their own."""

    def __init__(self, folder: Path) -> None:
        """Use an empty folder on a disk of this machine."""
        self.folder, self.root = folder, folder / "root"
        self.environment = {"PATH": f"{BASE}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        for name in ("upper", "work", "root"):
            (folder / name).mkdir()

    @contextmanager
    def namespace(self, more: str = "", *, cut_off: bool = False) -> Iterator[list[str]]:
        """Mount the root; gives the beginning of a command line that goes there. ``cut_off`` is without a network."""
        script = (_ROOT + more).format(folder=self.folder, root=self.root, repository=REPOSITORY)
        spaces = ["unshare", "--mount", *(["--net"] if cut_off else [])]
        held = subprocess.Popen(
            [*spaces, "sh", "-ec", f"{script}\necho mounted\nexec sleep infinity"], stdout=subprocess.PIPE, text=True
        )
        assert held.stdout is not None
        try:
            if held.stdout.readline() != "mounted\n":
                pytest.skip("a root of its own can be mounted by root on Linux alone")
            yield ["nsenter", "--target", str(held.pid), "--mount", *(["--net"] if cut_off else [])]
        finally:
            held.kill()
            held.wait()
            held.stdout.close()

    def build(self) -> None:
        """Carry out every instruction of the Dockerfile that changes something."""
        given = context(self.folder / "context")
        arguments: dict[str, str] = {}
        with self.namespace() as enter:
            _run([*enter, "chroot", str(self.root), _python(), "-m", "venv", BASE])
            for word, rest in instructions():
                if word == "ARG":
                    arguments |= _pairs(rest)
                elif word == "ENV":
                    self.environment |= _pairs(rest)
                elif word == "WORKDIR":
                    _run([*enter, "mkdir", "-p", f"{self.root}{rest}"])
                elif word == "COPY":
                    *sources, target = rest.split()
                    _copy(enter, [given / source for source in sources], self.root / CONTAINER.name / target)
                elif word == "RUN":
                    online = {name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)}
                    inside = self.inside({**online, **arguments}, ["sh", "-c", rest])
                    _run([*enter, "chroot", str(self.root), *inside])

    def inside(self, more: Mapping[str, str], command: Sequence[str]) -> list[str]:
        """A command line in the working folder and environment of the image."""
        pairs = [f"{name}={value}" for name, value in {**self.environment, **more}.items()]
        return ["env", "-i", *pairs, "sh", "-c", f'cd {CONTAINER} && exec "$@"', "sh", *command]

    def as_somebody(self, enter: Sequence[str], more: Mapping[str, str], command: Sequence[str]) -> list[str]:
        """A command line of the user of the image, who has no rights and can gain none."""
        (user,) = of("USER")
        nobody = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
        bare = [*nobody, "--bounding-set=-all", "--inh-caps=-all"]
        home = {"HOME": "/home/karyotriage", **more}
        return [*enter, "chroot", str(self.root), *bare, *self.inside(home, command)]

    @contextmanager
    def started(self) -> Iterator[list[str]]:
        """The root as compose.yaml mounts it, on a machine without any network but its own."""
        with self.namespace(_AS_COMPOSE_SAYS, cut_off=True) as enter:
            yield enter


def _python() -> str:
    """A Python that everybody may use, and not only who has installed it in a folder of their own."""
    right = "import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    for path in ("/usr/local/bin/python3", "/usr/bin/python3"):
        if (
            Path(path).exists()
            and subprocess.run([path, "-c", right], check=False, capture_output=True).returncode == 0
        ):
            return path
    pytest.skip("no Python 3.11 to 3.13 with venv lies in /usr")


def _pairs(line: str) -> dict[str, str]:
    """What ``ENV`` and ``ARG`` set."""
    return {name: value for name, _, value in (word.partition("=") for word in shlex.split(line))}


def _copy(enter: Sequence[str], sources: Iterable[Path], target: Path) -> None:
    """``COPY``: the contents of a folder, or files."""
    for source in sources:
        if source.is_dir():
            _run([*enter, "mkdir", "-p", str(target)])
            _run([*enter, "cp", "-r", f"{source}/.", str(target)])
        else:
            _run([*enter, "cp", str(source), str(target)])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


def require_means() -> None:
    """Skip the test where this machine has not what it needs."""
    missing = [program for program in _NEEDED if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root on Linux, and of its programs: {', '.join(missing) or 'all are there'}")
