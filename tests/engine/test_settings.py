"""Settings: defaults, every variable, and exact complaints."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.settings import Settings, SettingsError, without_password

VALID = {
    "DATABASE_URL": ("postgresql://lab:secret@db/karyo", "database_url", "postgresql://lab:secret@db/karyo"),
    "REDIS_URL": ("rediss://:secret@cache:6380/1", "redis_url", "rediss://:secret@cache:6380/1"),
    "KARYOTRIAGE_REGISTRY": ("/srv/models", "registry", Path("/srv/models")),
    "KARYOTRIAGE_EXPERIMENTS": ("/srv/records", "experiments", Path("/srv/records")),
    "KARYOTRIAGE_MODEL": ("inception", "default_model", "inception"),
    "KARYOTRIAGE_PASSES": ("1000", "default_passes", 1000),
    "KARYOTRIAGE_MICRO_BATCH": ("8", "micro_batch", 8),
    "KARYOTRIAGE_PRECISION": ("bfloat16", "precision", "bfloat16"),
    "KARYOTRIAGE_MAX_FILE_MB": ("3", "max_file_bytes", 3 * 1024 * 1024),
    "KARYOTRIAGE_MAX_MEGAPIXELS": ("7", "max_pixels", 7_000_000),
    "KARYOTRIAGE_MIN_SIDE": ("50", "min_side", 50),
    "KARYOTRIAGE_MAX_ARCHIVE_FILES": ("10", "max_archive_entries", 10),
    "KARYOTRIAGE_MAX_ARCHIVE_MB": ("2", "max_archive_bytes", 2 * 1024 * 1024),
    "KARYOTRIAGE_MAX_ARCHIVE_RATIO": ("9", "max_archive_ratio", 9),
    "KARYOTRIAGE_MAX_DELIVERIES": ("5", "max_deliveries", 5),
    "KARYOTRIAGE_RECLAIM_SECONDS": ("2", "reclaim_seconds", 2),
    "KARYOTRIAGE_SWEEP_SECONDS": ("4", "sweep_seconds", 4),
    "KARYOTRIAGE_KEEP_PICTURES_DAYS": ("365", "keep_pictures_days", 365),
    "KARYOTRIAGE_ROLE_CLAIM": ("groups", "role_claim", "groups"),
    "KARYOTRIAGE_ROLE_NAMES": (
        "a=b=supervisor ,lab=technician",
        "role_names",
        {"a=b": "supervisor", "lab": "technician"},
    ),
    "KARYOTRIAGE_ROLES_FILE": ("/run/secrets/roles", "roles_file", Path("/run/secrets/roles")),
    "KARYOTRIAGE_IDLE_MINUTES": ("5", "idle_minutes", 5),
    "KARYOTRIAGE_SIGN_IN_HOURS": ("8", "sign_in_hours", 8),
    "KARYOTRIAGE_SIGNATURE_MINUTES": ("3", "signature_minutes", 3),
    "KARYOTRIAGE_LOOPBACK_ONLY": ("yes", "loopback_only", True),
    "KARYOTRIAGE_DAY_FILES": ("9", "day_files", 9),
    "KARYOTRIAGE_DAY_MB": ("2", "day_bytes", 2 * 1024 * 1024),
    "KARYOTRIAGE_OPEN_BATCHES": ("2", "open_batches", 2),
    "KARYOTRIAGE_METRICS_PORT": ("9464", "metrics_port", 9464),
    "KARYOTRIAGE_METRICS_HOST": ("0.0.0.0", "metrics_host", "0.0.0.0"),
    "KARYOTRIAGE_LOG_FORMAT": ("json", "log_format", "json"),
    "KARYOTRIAGE_GPU_MEMORY_MB": ("8192", "gpu_memory_mb", 8192),
}


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_empty_variables_count_as_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(VALID, " ")) == Settings()


def test_the_default_registry_lies_beside_the_models() -> None:
    assert Settings().registry == Path(__file__).resolve().parents[2] / "models" / "registry"


@pytest.mark.parametrize("variable", VALID)
def test_each_variable_sets_its_field_and_no_other(variable: str) -> None:
    text, field, value = VALID[variable]
    changed = vars(Settings.from_environment({variable: text}))
    assert changed == {**vars(Settings()), field: value}


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("KARYOTRIAGE_PASSES", "0", "KARYOTRIAGE_PASSES must be a whole number from 1 to 1000, got '0'"),
        ("KARYOTRIAGE_PASSES", "1001", "KARYOTRIAGE_PASSES must be a whole number from 1 to 1000, got '1001'"),
        ("KARYOTRIAGE_PASSES", "1e2", "KARYOTRIAGE_PASSES must be a whole number from 1 to 1000, got '1e2'"),
        ("KARYOTRIAGE_PASSES", "-5", "KARYOTRIAGE_PASSES must be a whole number from 1 to 1000, got '-5'"),
        ("KARYOTRIAGE_PASSES", "\u0661", "KARYOTRIAGE_PASSES must be a whole number from 1 to 1000, got '\u0661'"),
        ("KARYOTRIAGE_PRECISION", "half", "KARYOTRIAGE_PRECISION must be one of auto, float32, bfloat16, got 'half'"),
        ("KARYOTRIAGE_LOOPBACK_ONLY", "true", "KARYOTRIAGE_LOOPBACK_ONLY must be yes or no, got 'true'"),
        ("KARYOTRIAGE_ROLE_NAMES", "lab=boss", "KARYOTRIAGE_ROLE_NAMES must be VALUE=ROLE, VALUE=ROLE with the roles"),
        ("KARYOTRIAGE_ROLE_NAMES", "technician", "KARYOTRIAGE_ROLE_NAMES must be VALUE=ROLE, VALUE=ROLE with a value"),
        ("KARYOTRIAGE_CASE_PATTERN", "(", "KARYOTRIAGE_CASE_PATTERN must be a regular expression"),
        ("KARYOTRIAGE_CASE_PATTERN", "(?P<case>.)", "with the named groups 'case' and 'cell', got '(?P<case>.)'"),
        ("REDIS_URL", "http://cache", "REDIS_URL must be a URL that starts with redis or rediss or unix, got 'http'"),
        ("DATABASE_URL", "data/karyo.db", "DATABASE_URL must be a URL that starts with sqlite"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(variable: str, value: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({variable: value})
    assert complaint in str(caught.value)
    assert caught.value.variable == variable


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("REDIS_URL", "redis://[abc", "redis://[abc"),
        ("REDIS_URL", "redis://cache:port/0", "redis://cache:port/0"),
        ("REDIS_URL", "redis://cache:99999/0", "redis://cache:99999/0"),
        ("REDIS_URL", "redis://cache/zero", "redis://cache/zero"),
        ("REDIS_URL", "redis://cache?db=zero", "redis://cache"),
        ("REDIS_URL", "redis:cache", "redis:cache"),
        ("DATABASE_URL", "postgresql://db:bad/x", "postgresql://db:bad/x"),
        ("DATABASE_URL", "postgresql://lab:secret@db:bad/x", "postgresql://lab:***@db:bad/x"),
        ("DATABASE_URL", "sqlite:data.db", "sqlite:data.db"),
        ("DATABASE_URL", "sqlite://", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///file:x?mode=memory&uri=true", "sqlite:///file:x"),
    ],
)
def test_a_url_that_cannot_be_used_is_named(variable: str, value: str, shown: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({variable: value})
    assert str(caught.value).startswith(f"{variable} must be a URL such as ")
    assert str(caught.value).endswith(f", got {shown!r}")


@pytest.mark.parametrize(
    "value", ["redis://cache", "redis://cache/", "unix:///run/redis.sock?db=1", "redis://[::1]:1/2"]
)
def test_every_form_of_a_redis_url_is_taken(value: str) -> None:
    assert Settings.from_environment({"REDIS_URL": value}).redis_url == value


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://lab:secret@db/karyo"),
        ("DATABASE_URL", "postgresql://lab:secret/x@db:bad/karyo"),
        ("REDIS_URL", "redis://:se?secret#x@cache/0"),
        ("REDIS_URL", "redis://cache:port/0?password=a@secret"),
    ],
)
def test_a_complaint_about_a_url_does_not_give_its_password_away(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({variable: value})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("stem", "case", "cell"),
    [
        ("P001_c2", "P001", "2"),
        ("P001.17", "P001", "17"),
        ("21-3.4_c5", "21-3.4", "5"),
        ("P_c1_c2", "P_c1", "2"),
        ("P001_c12_cut", "P001", "12"),
    ],
)
def test_the_default_case_pattern_takes_the_last_number(stem: str, case: str, cell: str) -> None:
    match = Settings().case_pattern.search(stem)
    assert match is not None
    assert (match["case"], match["cell"]) == (case, cell)


@pytest.mark.parametrize("stem", ["P001", "_c1", ".5", "P001.2nd", "P001_cell"])
def test_the_default_case_pattern_leaves_other_names_alone(stem: str) -> None:
    assert Settings().case_pattern.search(stem) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:secret@cache:6379/0", "redis://:***@cache:6379/0"),
        ("postgresql://lab:se:cret@db/karyo", "postgresql://lab:***@db/karyo"),
        ("postgresql://lab:se/cret@db/karyo", "postgresql://lab:***@db/karyo"),
        ("postgresql://db/karyo?user=lab&password=secret", "postgresql://db/karyo"),
        ("redis://lab:secret@cache:6379?password=secret", "redis://lab:***@cache:6379"),
        ("redis://cache:6379?password=se@cret", "redis://***"),
        ("redis://127.0.0.1:6399/0", "redis://127.0.0.1:6399/0"),
        ("sqlite:///data/karyotriage.db", "sqlite:///data/karyotriage.db"),
    ],
)
def test_urls_are_shown_without_their_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
