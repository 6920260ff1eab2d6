"""README, compose file and container image say what is so: names and figures in them are checked against the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import yaml

from engine.access import exposure
from engine.access.identity import roles_of_file
from engine.operations.serve import Plan
from engine.people import Role
from engine.settings import Settings, SettingsError
from tests.conftest import REPOSITORY

ROW = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| `(?P<default>[^`]*)` \| (?P<meaning>.+) \|$", re.MULTILINE)
LAUNCHER_VARIABLES = {"PORT", "ADDRESS", "VALKEY_PORT"}
FOLDERS_OF_THE_IMAGE = {"KARYOTRIAGE_REGISTRY", "KARYOTRIAGE_EXPERIMENTS"}  # paths in it, and not on the host


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def setting_names() -> set[str]:
    """Every variable that ``Settings`` reads: the first argument of each of its calls to the source."""
    tree = ast.parse(text("engine/settings.py"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "source"
        if isinstance(call.args[0], ast.Constant)
    }


def documented() -> dict[str, str]:
    """The variables of the README's table with their defaults."""
    return {row["name"]: row["default"].replace(r"\|", "|") for row in ROW.finditer(text("README.md"))}


def test_the_readme_lists_every_variable_and_no_other() -> None:
    assert len(setting_names()) >= 16
    assert documented().keys() == setting_names() | LAUNCHER_VARIABLES


def test_the_readmes_defaults_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    defaults = documented()
    for folder in FOLDERS_OF_THE_IMAGE:
        defaults[folder] = str(Path(defaults[folder]).resolve())
    assert Settings.from_environment(defaults) == Settings()
    own_redis = {name: value for name, value in defaults.items() if name != "REDIS_URL"}
    assert Plan.from_environment(own_redis) == Plan.from_environment({})


def test_every_file_that_the_readme_links_to_exists() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text("README.md"))
    assert len(targets) >= 3
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []


def test_every_file_and_folder_that_contributing_names_exists() -> None:
    named = re.findall(
        r"`((?:dashboard|docs|engine|models|tests|\.ci)/[a-z_./]*|[a-z-]+\.(?:txt|yaml))`", text("CONTRIBUTING.md")
    )
    assert len(named) >= 10
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_a_document_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)", text(name)))
    assert named
    assert named <= targets


def compose() -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load(text("compose.yaml")))


def test_redis_keeps_everything_and_asks_for_a_password() -> None:
    redis = compose()["services"]["redis"]
    for option in ("--appendonly yes", "--maxmemory-policy noeviction", "--aclfile /tmp/users.acl"):
        assert option in redis["command"][2]
    assert redis["environment"]["REDIS_PASSWORD"].startswith("${REDIS_PASSWORD:?")
    assert redis["volumes"][0] == "jobs:/data"
    assert "ports" not in redis


def test_only_what_a_browser_needs_can_be_reached_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    with_tls = published.pop("proxy")
    assert with_tls == ["443:8443"]
    assert compose()["services"]["proxy"]["profiles"] == ["proxy"]
    assert published == {
        "dashboard": ["127.0.0.1:${PORT:-8501}:8501"],
        "dex": ["127.0.0.1:5556:5556"],
        "grafana": ["127.0.0.1:${GRAFANA_PORT:-3000}:3000"],
    }
    assert compose()["services"]["dashboard"]["environment"]["KARYOTRIAGE_LOOPBACK_ONLY"] == "yes"
    assert "--server.address=0.0.0.0" in text("Dockerfile")  # so without that line it would refuse to work


def test_the_files_of_the_identity_provider_fit_each_other(tmp_path: Path) -> None:
    dex = yaml.safe_load(text("sign-in/dex.example.yaml"))
    (client,) = dex["staticClients"]
    example = text("sign-in/secrets.example.toml")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(example, encoding="utf-8")
    with pytest.raises(SettingsError, match="cookie_secret of 32 characters"):  # nobody runs it as it is
        exposure.section([secrets])
    secrets.write_text(example.replace("CHANGE", "0123456789abcdef" * 2), encoding="utf-8")
    section = exposure.section([secrets])
    assert section is not None
    assert section["client_id"] == client["id"]
    assert client["redirectURIs"] == [section["redirect_uri"]]
    assert section["server_metadata_url"] == f"{dex['issuer']}/.well-known/openid-configuration"
    assert urlsplit(dex["issuer"]).hostname in compose()["services"]["dex"]["networks"]["default"]["aliases"]
    people = roles_of_file(REPOSITORY / "sign-in" / "roles.example.csv")
    assert set(people.values()) == set(Role)
    assert {person["email"] for person in dex["staticPasswords"]} <= people.keys()
    ignored = text(".gitignore").splitlines()
    assert {"sign-in/dex.yaml", "sign-in/secrets.toml", "sign-in/roles.csv"} <= set(ignored)


def test_every_secret_file_of_the_compose_file_is_declared_and_used() -> None:
    services = compose()["services"].values()
    used = {secret["source"] for service in services for secret in service.get("secrets", [])}
    assert used == compose()["secrets"].keys()
    variables = set(re.findall(r"\$\{(SIGN_IN_[A-Z]+|DEX_[A-Z_]+)", text("compose.yaml")))
    assert variables == set(re.findall(r"#((?:SIGN_IN|DEX)_[A-Z_]+)=", text(".env.example")))


def test_engines_and_dashboard_share_one_image_one_store_and_all_settings() -> None:
    services = compose()["services"]
    for name in ("dashboard", "engine", "engine-gpu"):
        service = services[name]
        assert service["environment"].keys() == setting_names() - FOLDERS_OF_THE_IMAGE
        assert service["environment"]["REDIS_URL"].endswith("@redis:6379/0")
        assert service["volumes"] == ["records:/app/data"]
        assert service["depends_on"]["redis"]["condition"] == "service_healthy"
    assert services["dashboard"]["image"] == services["engine"]["image"] == "karyotriage"
    assert "command" not in services["dashboard"]
    assert services["engine"]["command"] == ["python", "-m", "engine", "work"]


def test_engines_on_gpus_are_a_profile_with_the_cuda_libraries() -> None:
    engine = compose()["services"]["engine-gpu"]
    assert engine["profiles"] == ["gpu"]
    assert engine["build"]["args"] == {"GPU": "yes"}
    assert "-r requirements.lock ${GPU:+-r requirements-gpu.lock}" in text("Dockerfile")
    assert re.search(r"^nvidia-cudnn-cu12==", text("requirements-gpu.lock"), re.MULTILINE)
    assert engine["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_every_volume_is_declared() -> None:
    declared = compose()["volumes"].keys()
    mounted = {volume for service in compose()["services"].values() for volume in service["volumes"]}
    used = {volume.split(":")[0] for volume in mounted if not volume.startswith(("./", "${"))}
    assert used == set(declared)


def test_the_image_copies_only_what_is_there_and_let_through() -> None:
    copies = [line.split()[1:-1] for line in text("Dockerfile").splitlines() if line.startswith("COPY ")]
    sources = [source for sources in copies for source in sources]
    let_through = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    assert set(sources) == let_through
    assert [source for source in sources if not (REPOSITORY / source).exists()] == []


def test_the_image_does_not_run_as_root_and_says_whether_it_is_healthy() -> None:
    lines = text("Dockerfile").splitlines()
    assert lines.index("USER 10001") < next(i for i, line in enumerate(lines) if line.startswith("CMD "))
    assert 'CMD ["python", "-m", "engine.operations.health"]' in text("Dockerfile")
    assert not re.search(r"^USER root", text("Dockerfile"), re.MULTILINE)


def test_the_license_is_apache_2_0() -> None:
    license_text = text("LICENSE")
    assert "Apache License" in license_text
    assert "Version 2.0, January 2004" in license_text
    assert "END OF TERMS AND CONDITIONS" in license_text
