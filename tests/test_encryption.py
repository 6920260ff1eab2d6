"""TLS to Redis, PostgreSQL and browsers, with a certificate of our own: what the documents say of it is so."""

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
from tests import servers
from tests.conftest import REPOSITORY

CHUNK = 65536
DOMAIN = "karyotriage.lab.example"


@dataclass(frozen=True)
class Papers:
    """A certificate for 127.0.0.1 and ``DOMAIN``, its key, the authority that signed it, and another authority."""

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
    names.write_text(f"subjectAltName=IP:127.0.0.1,DNS:{DOMAIN}\n")
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


@pytest.fixture
def web_server(papers: Papers, sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[int]:
    """Caddy before a dashboard, by the file of the project with other ports; gives its port."""
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("Caddy is not installed (Debian's package caddy)")
    port, certificates, file = servers.free_port(), tmp_path / "certificates", tmp_path / "Caddyfile"
    certificates.mkdir()
    shutil.copy(papers.certificate, certificates / "certificate.pem")
    shutil.copy(papers.key, certificates / "key.pem")
    environment = {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url}
    with servers.dashboard(environment, tmp_path / "dashboard.log") as (_, address):
        told = (REPOSITORY / "deploy" / "Caddyfile").read_text(encoding="utf-8")
        told = told.replace("8443", str(port)).replace("dashboard:8501", urlsplit(address).netloc)
        file.write_text(told.replace("/certificates/", f"{certificates}/"), encoding="utf-8")
        own = {**os.environ, "KARYOTRIAGE_DOMAIN": DOMAIN, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
        with (tmp_path / "caddy.log").open("wb") as log:
            process = subprocess.Popen([caddy, "run", "--config", file], env=own, stdout=log, stderr=log)
            try:
                servers.wait_until(lambda: "101" in asked(port, papers.authority, *UPGRADE).partition("\r\n")[0])
                yield port
            finally:
                servers.stop(process)


UPGRADE = (
    "GET /_stcore/stream HTTP/1.1",
    f"Origin: https://{DOMAIN}",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def asked(port: int, authority: Path, *lines: str) -> str:
    """The head of an answer over TLS; empty where nobody answers yet."""
    context = ssl.create_default_context(cafile=str(authority))
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 10) as raw,
            context.wrap_socket(raw, server_hostname=DOMAIN) as connection,
        ):
            connection.sendall("\r\n".join((*lines, f"Host: {DOMAIN}", "", "")).encode())
            head = b""
            while b"\r\n\r\n" not in head and (data := connection.recv(CHUNK)):
                head += data
    except ConnectionRefusedError:
        return ""
    return head.decode("latin-1")


def test_browsers_reach_the_dashboard_by_tls_through_the_web_server(web_server: int, papers: Papers) -> None:
    page = asked(web_server, papers.authority, "GET / HTTP/1.1", "Connection: close")
    assert page.startswith("HTTP/1.1 200")
    for header in ("Strict-Transport-Security", "X-Frame-Options: DENY", "X-Content-Type-Options: nosniff"):
        assert header.lower() in page.lower()
    assert "\r\nserver:" not in page.lower()
    with pytest.raises(ssl.SSLCertVerificationError):
        asked(web_server, papers.stranger, "GET / HTTP/1.1")


def test_the_live_connection_of_a_page_goes_through_and_of_no_other_site(web_server: int, papers: Papers) -> None:
    ours = asked(web_server, papers.authority, *UPGRADE)
    assert ours.startswith("HTTP/1.1 101")
    foreign = [line.replace(f"https://{DOMAIN}", "https://elsewhere.example") for line in UPGRADE]
    assert asked(web_server, papers.authority, *foreign).startswith("HTTP/1.1 403")
