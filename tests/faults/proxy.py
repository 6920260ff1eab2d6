"""A TCP proxy that a test owns: it lets through, delays, goes silent, or cuts every connection."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

_PIECE = 65536
_LOOK_SECONDS = 0.1


class Mode(Enum):
    """What the proxy does with what it is given."""

    OPEN = auto()
    SLOW = auto()  # each piece waits for a while, in both directions
    SILENT = auto()  # half open: connections stand and take what is sent, and nothing arrives any more
    CUT = auto()  # connections are reset, and new ones too


class Proxy:
    """Between clients and a server on the loopback interface; ``mode`` may be changed at any time."""

    def __init__(self, target: int, delay: float = 0.3) -> None:
        """Stand before the server on a port; ``delay`` is that of ``Mode.SLOW``, in seconds."""
        self.mode = Mode.OPEN
        self._target, self._delay = target, delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_LOOK_SECONDS)
        self.port = int(self._listener.getsockname()[1])
        self._closed = False
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def close(self) -> None:
        """Cut everything for good."""
        self._closed, self.mode = True, Mode.CUT

    def _accept(self) -> None:
        with self._listener:
            while not self._closed:
                with suppress(TimeoutError):
                    client, _ = self._listener.accept()
                    self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._target), 5)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.settimeout(_LOOK_SECONDS)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        """Carry what one side says to the other, until one of them has gone or the connection is cut.

        What was said while the proxy was silent is lost, as the packets of a broken line are: the connection is cut
        when the line is there again, for its two ends no longer agree on what was said.
        """
        swallowed = False
        with suppress(OSError):
            while self.mode is not Mode.CUT and not (swallowed and self.mode is Mode.OPEN):
                try:
                    piece = source.recv(_PIECE)
                except TimeoutError:
                    continue
                if not piece:
                    break
                if self.mode is Mode.SILENT:
                    swallowed = True
                    continue
                if self.mode is Mode.SLOW:
                    time.sleep(self._delay)
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def running(target: int) -> Iterator[Proxy]:
    """A proxy before the server on a port of this machine."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
