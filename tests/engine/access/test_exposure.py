"""Who could reach the dashboard: without sign-in only this machine, and half a sign-in is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.access import exposure
from engine.access.exposure import ExposureError
from engine.operations import serve
from engine.settings import SettingsError

SECRET = "0123456789abcdef0123456789abcdef"
WHOLE = {
    "redirect_uri": "https://karyotriage.lab.example/oauth2callback",
    "cookie_secret": SECRET,
    "client_id": "karyotriage",
    "client_secret": "s3cret-of-the-client",
    "server_metadata_url": "https://id.lab.example/.well-known/openid-configuration",
}


def written(folder: Path, values: dict[str, str]) -> Path:
    file = folder / exposure.SECRETS
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items()), encoding="utf-8")
    return file


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"])
def test_on_this_machine_alone_nobody_has_to_sign_in(address: str) -> None:
    exposure.require_safe(address, sign_in=False)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "192.168.1.5", "karyotriage.lab.example", "127.0.0.1.evil"]
)
def test_on_any_other_address_somebody_has_to(address: str | None) -> None:
    with pytest.raises(ExposureError, match=r"without sign-in it may listen on the loopback interface alone"):
        exposure.require_safe(address, sign_in=False)
    exposure.require_safe(address, sign_in=True)
    exposure.require_safe(address, sign_in=False, loopback_only=True)


@pytest.mark.parametrize("host", [None, "localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_a_browser_on_this_machine_may_look(host: str | None) -> None:
    exposure.require_near(host, None)


@pytest.mark.parametrize(
    ("host", "forwarded_for"),
    [("karyotriage.lab.example", None), ("192.168.1.5:8501", None), ("localhost", "192.168.1.7"), (None, "::1")],
)
def test_a_browser_elsewhere_may_not(host: str | None, forwarded_for: str | None) -> None:
    with pytest.raises(ExposureError, match="comes from elsewhere"):
        exposure.require_near(host, forwarded_for)


def test_a_section_that_is_whole_is_found_and_none_is_none(tmp_path: Path) -> None:
    assert exposure.section([tmp_path / "nowhere.toml"]) is None
    file = written(tmp_path, WHOLE)
    assert exposure.section([tmp_path / "nowhere.toml", file]) == WHOLE
    file.write_text('[other]\nname = "value"\n', encoding="utf-8")
    assert exposure.section([file]) is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        *(({name: ""}, f"nothing for {name}") for name in WHOLE),
        ({"cookie_secret": SECRET[1:]}, "cookie_secret of 32 characters or more, got '31 characters'"),
        ({"redirect_uri": "http://karyotriage.lab.example/oauth2callback"}, "by https unless it is on this machine"),
        ({"redirect_uri": "https://karyotriage.lab.example/"}, "that ends in /oauth2callback"),
    ],
)
def test_half_a_section_is_refused_without_repeating_a_secret(
    tmp_path: Path, change: dict[str, str], complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint) as caught:
        exposure.section([written(tmp_path, {**WHOLE, **change})])
    assert SECRET[1:] not in str(caught.value)
    assert WHOLE["client_secret"] not in str(caught.value)


def test_a_file_that_is_no_toml_is_refused_without_quoting_it(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(f'[auth\ncookie_secret = "{SECRET}', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        exposure.section([file])
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    file.write_text('auth = "yes"', encoding="utf-8")
    with pytest.raises(SettingsError, match="complete"):
        exposure.section([file])


def test_the_launcher_refuses_another_address_until_people_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    plan = serve.Plan.from_environment({"ADDRESS": "0.0.0.0"})
    assert "--server.address=0.0.0.0" in serve.dashboard_command(plan.dashboard_port, plan.address)
    with pytest.raises(ExposureError, match=r"it would listen on 0\.0\.0\.0"):
        serve.check_exposure(plan, tmp_path)
    serve.check_exposure(serve.Plan.from_environment({}), tmp_path)
    written(tmp_path, WHOLE)
    serve.check_exposure(plan, tmp_path)
    written(tmp_path, {**WHOLE, "client_id": ""})
    with pytest.raises(SettingsError):  # not even for this machine: it was meant to ask who people are
        serve.check_exposure(serve.Plan.from_environment({}), tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADDRESS", "0.0.0.0")
    monkeypatch.setattr("sys.argv", ["serve"])
    assert serve.main() == 2
    assert capsys.readouterr().err.startswith("Karyotriage cannot start: the section [auth]")
