"""TLS to Redis and to PostgreSQL: the options of the URLs do what the documents say, with a certificate of our own."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.jobs.stream import JobStream, connect_redis
from engine.records import database
from engine.settings import Settings

CHUNK = 65536


@dataclass(frozen=True)
class Papers:
    """A certificate for 127.0.0.1, its key, the authority that signed it, and another authority."""

    certificate: Path
    key: Path
    authority: Path
    stranger: Path


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("papers")
    for name in ("authority", "stranger"):
        made = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
        usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2", *usage, *made)
    request, key = folder / "server.csr", folder / "server.key"
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", key, "-out", request)
    names = folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    signer = ("-CA", folder / "authority.pem", "-CAkey", folder / "authority.key", "-CAcreateserial")
    certificate = folder / "server.pem"
    openssl("x509", "-req", "-in", request, *signer, "-days", "2", "-extfile", names, "-out", certificate)
    return Papers(certificate, key, folder / "authority.pem", folder / "stranger.pem")


@pytest.fixture
def guarded_port(papers: Papers, redis_url: str) -> Iterator[int]:
    """A port that speaks TLS and hands everything on to the Valkey of the tests, whose build has no TLS itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.certificate, papers.key)
    behind = urlsplit(redis_url)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, context, behind.port), daemon=True).start()
        yield int(listening.getsockname()[1])


def _serve(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    while True:
        try:
            raw, _ = listening.accept()
        except OSError:
            return
        try:
            client = context.wrap_socket(raw, server_side=True)
        except (ssl.SSLError, OSError):
            raw.close()
            continue
        server = socket.create_connection(("127.0.0.1", port))
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
    source.close()


def settings(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_redis_is_reached_by_tls_and_only_if_the_authority_is_ours(guarded_port: int, papers: Papers) -> None:
    address = f"rediss://127.0.0.1:{guarded_port}/0?ssl_ca_certs="
    with connect_redis(settings(REDIS_URL=f"{address}{papers.authority}").redis_url) as client:
        stream = JobStream(client)
        stream.ensure_group()
        stream.put(["one"])
        assert [job.karyogram_id for job in stream.take("engine", 5, 0)] == ["one"]
    for wrong in (f"{address}{papers.stranger}", f"rediss://127.0.0.1:{guarded_port}/0"):
        with connect_redis(wrong) as client, pytest.raises(redis.ConnectionError, match="certificate"):
            client.ping()
    with connect_redis(f"redis://127.0.0.1:{guarded_port}/0") as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_another_name_than_that_of_the_certificate_is_refused(guarded_port: int, papers: Papers) -> None:
    url = f"rediss://localhost:{guarded_port}/0?ssl_ca_certs={papers.authority}"
    with connect_redis(url) as client, pytest.raises(redis.ConnectionError, match="certificate"):
        client.ping()


@pytest.fixture
def guarded_postgres(postgres_server: str, postgres_url: str, papers: Papers) -> Iterator[str]:
    """The PostgreSQL of the tests, which speaks TLS as long as this lasts."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        (place,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        owner = Path(place).stat()
        for file, name in ((papers.certificate, "server.crt"), (papers.key, "server.key")):
            target = Path(place) / name
            target.write_bytes(file.read_bytes())
            os.chown(target, owner.st_uid, owner.st_gid)
            target.chmod(0o600)
        try:
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("SELECT pg_reload_conf()")
            try:
                psycopg.connect(postgres_server, sslmode="require").close()
            except psycopg.OperationalError as error:
                pytest.skip(f"this PostgreSQL was built without TLS: {error}")
            yield postgres_url
        finally:
            connection.execute("ALTER SYSTEM RESET ssl")
            connection.execute("SELECT pg_reload_conf()")


def test_postgresql_is_reached_by_tls_and_only_if_the_authority_is_ours(guarded_postgres: str, papers: Papers) -> None:
    asked = f"{guarded_postgres}?sslmode=verify-full&sslrootcert="
    engine = database.connect(settings(DATABASE_URL=f"{asked}{papers.authority}").database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    engine.dispose()
    engine = database.connect(f"{asked}{papers.stranger}")
    with pytest.raises(OperationalError, match="certificate verify failed"):
        engine.connect()
    engine.dispose()
