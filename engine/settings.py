"""Settings of one process: read once from the environment at its entry point, then passed on as a value.

The variables are documented in the README. An empty variable counts as not set, because compose files and shells
hand on empty ones for what nobody configured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast, get_args
from urllib.parse import unquote, urlsplit

from redis.connection import parse_url
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

import models
from engine.people import Role
from models.experiments.record import RECORDS

Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]
LogFormat: TypeAlias = Literal["text", "json"]

_MIB: Final = 1024 * 1024
_REDIS_SCHEMES: Final = ("redis", "rediss", "unix")
_DATABASE_SCHEMES: Final = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")
_REDIS_FORM: Final = "a URL such as redis://:password@host:6379/0"
_DATABASE_FORM: Final = "a URL such as sqlite:///folder/file.db or postgresql://user:password@host:5432/name"

# The case is what stands before the last "_c<number>" or ".<number>" of the name without its extension.
DEFAULT_CASE_PATTERN: Final = r"^(?P<case>.+)(?:_c|\.)(?P<cell>\d+)(?![0-9A-Za-z])"


class SettingsError(ValueError):
    """A variable of the environment has a value that cannot be used."""

    def __init__(self, variable: str, expected: str, received: str) -> None:
        """Say which variable it is, what is allowed, and what was found."""
        super().__init__(f"{variable} must be {expected}, got {received!r}")
        self.variable = variable
        self.expected = expected
        self.received = received


@dataclass(frozen=True)
class Settings:
    """Everything a process can be told from outside.

    ``default_passes`` is 1..1000; ``micro_batch`` is the largest number of karyograms an engine takes at once;
    ``min_side`` is in pixels; ``max_archive_ratio`` is unpacked size over packed size; ``reclaim_seconds`` is how
    long an entry must lie still before another engine takes it over: a live engine refreshes its entries every few
    seconds, so silence of this length means that the engine is gone; ``experiments`` is the folder of the records that
    the page "Model comparison" shows; ``keep_pictures_days``: see ``engine.records.retention``, 0 for good.

    Of sign-in (``engine.access``): ``role_claim`` names the claim that tells the role, and ``role_names`` what its
    values mean; where there is a ``roles_file``, it alone tells roles. ``idle_minutes`` without a click end a session,
    ``sign_in_hours`` end it in any case, and a signature needs a proof of who signs that is at most
    ``signature_minutes`` old. ``loopback_only``: the dashboard listens on more addresses, but whoever started it says
    that only this machine reaches them. Of each person (``engine.intake.quotas``): ``day_files`` and ``day_bytes`` in
    24 hours, and ``open_batches`` that are not judged yet. Of an engine: ``metrics_port`` of ``engine.worker.metrics``,
    0 for none, on ``metrics_host``; ``log_format``: see ``engine.operations.logs``; ``gpu_memory_mb`` at most on each
    GPU, 0 for all. ``signing_key``: see ``engine.exports.seal``.
    """

    database_url: str = "sqlite:///data/karyotriage.db"
    redis_url: str = "redis://127.0.0.1:6399/0"
    registry: Path = Path(models.__file__).parent / "registry"
    experiments: Path = RECORDS
    default_model: str = "inceptionv3"
    default_passes: int = 100
    micro_batch: int = 32
    precision: Precision = "auto"
    case_pattern: re.Pattern[str] = re.compile(DEFAULT_CASE_PATTERN)
    max_file_bytes: int = 50 * _MIB
    max_pixels: int = 100_000_000
    min_side: int = 96
    max_archive_entries: int = 5000
    max_archive_bytes: int = 4096 * _MIB
    max_archive_ratio: int = 200
    max_deliveries: int = 3
    reclaim_seconds: int = 30
    sweep_seconds: int = 60
    keep_pictures_days: int = 0
    role_claim: str = "roles"
    role_names: Mapping[str, Role] = field(default_factory=lambda: {role.value: role for role in Role})
    roles_file: Path | None = None
    idle_minutes: int = 30
    sign_in_hours: int = 12
    signature_minutes: int = 10
    loopback_only: bool = False
    day_files: int = 20_000
    day_bytes: int = 20_480 * _MIB
    open_batches: int = 20
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    log_format: LogFormat = "text"
    gpu_memory_mb: int = 0
    signing_key: Path = Path("data/signing-key.pem")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings.

        Args:
            environ: usually ``os.environ``; names that are not ours are ignored.

        Raises:
            SettingsError: a variable has a value that cannot be used.
        """
        source = _Source(environ)
        return cls(
            database_url=source.database_url("DATABASE_URL", cls.database_url),
            redis_url=source.redis_url("REDIS_URL", cls.redis_url),
            registry=Path(source.text("KARYOTRIAGE_REGISTRY", str(cls.registry))).expanduser(),
            experiments=Path(source.text("KARYOTRIAGE_EXPERIMENTS", str(cls.experiments))).expanduser(),
            default_model=source.text("KARYOTRIAGE_MODEL", cls.default_model),
            default_passes=source.integer("KARYOTRIAGE_PASSES", cls.default_passes, 1, 1000),
            micro_batch=source.integer("KARYOTRIAGE_MICRO_BATCH", cls.micro_batch, 1, 4096),
            precision=cast(Precision, source.one_of("KARYOTRIAGE_PRECISION", cls.precision, get_args(Precision))),
            case_pattern=source.pattern("KARYOTRIAGE_CASE_PATTERN", cls.case_pattern),
            max_file_bytes=source.integer("KARYOTRIAGE_MAX_FILE_MB", 50, 1, 2047) * _MIB,
            max_pixels=source.integer("KARYOTRIAGE_MAX_MEGAPIXELS", 100, 1, 2000) * 1_000_000,
            min_side=source.integer("KARYOTRIAGE_MIN_SIDE", cls.min_side, 1, 10_000),
            max_archive_entries=source.integer("KARYOTRIAGE_MAX_ARCHIVE_FILES", cls.max_archive_entries, 1, 10**6),
            max_archive_bytes=source.integer("KARYOTRIAGE_MAX_ARCHIVE_MB", 4096, 1, 10**6) * _MIB,
            max_archive_ratio=source.integer("KARYOTRIAGE_MAX_ARCHIVE_RATIO", cls.max_archive_ratio, 2, 10_000),
            max_deliveries=source.integer("KARYOTRIAGE_MAX_DELIVERIES", cls.max_deliveries, 1, 100),
            reclaim_seconds=source.integer("KARYOTRIAGE_RECLAIM_SECONDS", cls.reclaim_seconds, 1, 86_400),
            sweep_seconds=source.integer("KARYOTRIAGE_SWEEP_SECONDS", cls.sweep_seconds, 1, 86_400),
            keep_pictures_days=source.integer("KARYOTRIAGE_KEEP_PICTURES_DAYS", cls.keep_pictures_days, 0, 36_500),
            role_claim=source.text("KARYOTRIAGE_ROLE_CLAIM", cls.role_claim),
            role_names=source.roles("KARYOTRIAGE_ROLE_NAMES"),
            roles_file=source.path("KARYOTRIAGE_ROLES_FILE"),
            idle_minutes=source.integer("KARYOTRIAGE_IDLE_MINUTES", cls.idle_minutes, 1, 1440),
            sign_in_hours=source.integer("KARYOTRIAGE_SIGN_IN_HOURS", cls.sign_in_hours, 1, 168),
            signature_minutes=source.integer("KARYOTRIAGE_SIGNATURE_MINUTES", cls.signature_minutes, 1, 1440),
            loopback_only=source.yes("KARYOTRIAGE_LOOPBACK_ONLY"),
            day_files=source.integer("KARYOTRIAGE_DAY_FILES", cls.day_files, 1, 10**7),
            day_bytes=source.integer("KARYOTRIAGE_DAY_MB", 20_480, 1, 10**8) * _MIB,
            open_batches=source.integer("KARYOTRIAGE_OPEN_BATCHES", cls.open_batches, 1, 10**4),
            metrics_port=source.integer("KARYOTRIAGE_METRICS_PORT", cls.metrics_port, 0, 65_535),
            metrics_host=source.text("KARYOTRIAGE_METRICS_HOST", cls.metrics_host),
            log_format=cast(LogFormat, source.one_of("KARYOTRIAGE_LOG_FORMAT", cls.log_format, get_args(LogFormat))),
            gpu_memory_mb=source.integer("KARYOTRIAGE_GPU_MEMORY_MB", cls.gpu_memory_mb, 0, 10**6),
            signing_key=Path(source.text("KARYOTRIAGE_SIGNING_KEY", str(cls.signing_key))).expanduser(),
        )


@dataclass(frozen=True)
class _Source:
    """Reads single variables and says exactly what is wrong with them."""

    environ: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name, str(default))
        # isascii: int() also takes digits of other scripts, which are surely not meant
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            raise SettingsError(name, f"a whole number from {low} to {high}", text)
        return int(text)

    def path(self, name: str) -> Path | None:
        text = self.text(name, "")
        return Path(text).expanduser() if text else None

    def yes(self, name: str) -> bool:
        text = self.text(name, "no")
        if text not in ("yes", "no"):
            raise SettingsError(name, "yes or no", text)
        return text == "yes"

    def roles(self, name: str) -> dict[str, Role]:
        """Read what values of a claim mean, such as ``lab-heads=supervisor, lab=technician``."""
        text = self.text(name, ", ".join(f"{role.value}={role.value}" for role in Role))
        pairs = [pair.rpartition("=") for pair in text.split(",") if pair.strip()]
        try:
            found = {value.strip(): Role(role.strip()) for value, _, role in pairs}
        except ValueError as error:
            raise SettingsError(name, f"VALUE=ROLE, VALUE=ROLE with the roles {', '.join(Role)}", text) from error
        if "" in found:
            raise SettingsError(name, "VALUE=ROLE, VALUE=ROLE with a value before each role", text)
        return found

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        text = self.text(name, default)
        if text not in choices:
            raise SettingsError(name, "one of " + ", ".join(choices), text)
        return text

    def database_url(self, name: str, default: str) -> str:
        return self._url(name, default, _DATABASE_SCHEMES, _DATABASE_FORM, _is_database)

    def redis_url(self, name: str, default: str) -> str:
        return self._url(name, default, _REDIS_SCHEMES, _REDIS_FORM, _is_redis)

    def _url(
        self, name: str, default: str, schemes: tuple[str, ...], form: str, is_usable: Callable[[str], bool]
    ) -> str:
        text = self.text(name, default)
        scheme = text.partition(":")[0]
        if scheme not in schemes:
            # only the scheme is repeated: the rest may hold a password
            raise SettingsError(name, "a URL that starts with " + " or ".join(schemes), scheme)
        try:
            usable = is_usable(text)
        except (ValueError, ArgumentError):
            usable = False
        if not usable:  # without the error above, which may quote a part of the password
            raise SettingsError(name, form, without_password(text))
        return text

    def pattern(self, name: str, default: re.Pattern[str]) -> re.Pattern[str]:
        text = self.text(name, default.pattern)
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise SettingsError(name, f"a regular expression ({error})", text) from error
        if not {"case", "cell"} <= pattern.groupindex.keys():
            raise SettingsError(name, "a regular expression with the named groups 'case' and 'cell'", text)
        return pattern


def _is_redis(url: str) -> bool:
    """Tell whether the client can use a URL, or raise ValueError; it would take a database that is no number for 0."""
    parse_url(url)  # type: ignore[no-untyped-call]
    parts = urlsplit(url)
    database = unquote(parts.path).strip("/")
    return parts.scheme == "unix" or not database or (database.isascii() and database.isdigit())


def _is_database(url: str) -> bool:
    """Tell whether a URL names a database that several processes can share; raises what SQLAlchemy raises."""
    parsed = make_url(url)
    if parsed.drivername != "sqlite":
        return True
    return bool(parsed.database) and ":memory:" not in str(parsed.database) and parsed.query.get("mode") != "memory"


def without_password(url: str) -> str:
    """Return a URL as it may be shown: stars in place of its password, and no query, which may hold another."""
    address, _, query = url.partition("?")
    if "@" in query:  # the password may have a question mark in it, so nobody can tell where it ends
        return re.sub(r"(?<=://).*", "***", address)
    return re.sub(r"(?<=://)([^/@:]*):.*@", r"\1:***@", address)
