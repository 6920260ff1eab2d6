"""Who could reach the dashboard, and whether that is safe: without sign-in nobody but this machine may.

Sign-in is set up in the section ``[auth]`` of Streamlit's ``secrets.toml``. Where there is one, it must be whole: a
system that was meant to ask people who they are never falls back to letting everybody in.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from engine.settings import SettingsError

SECRETS: Final = Path(".streamlit") / "secrets.toml"
AGAIN: Final = "again"
"""The part of the section by which people sign in again before they sign, where there is one."""

_NEEDED: Final = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_CALLBACK: Final = "/oauth2callback"
_SHORTEST_SECRET: Final = 32  # characters: the cookie that says who somebody is stands or falls with it
_UNSAFE: Final = (
    "without sign-in it may listen on the loopback interface alone, and it would listen on {address}. Set up sign-in "
    "(docs/sign-in.md), or take the address 127.0.0.1"
)
_FROM_OUTSIDE: Final = (
    "without sign-in only a browser on this machine may look, and this one comes from elsewhere. Set up sign-in "
    "(docs/sign-in.md), or open http://localhost on the machine itself"
)


class ExposureError(RuntimeError):
    """The dashboard must not work where so many could reach it; the text says why."""


def section(files: Iterable[str | Path]) -> Mapping[str, Any] | None:
    """Return the section that sets up sign-in, the last file's that has one; None where there is none.

    Args:
        files: where Streamlit looks for its secrets; those that are missing are passed over.

    Raises:
        SettingsError: a file is no TOML, or the section is not whole. No secret is repeated in it.
    """
    found = None
    for file in map(Path, files):
        if not file.is_file():
            continue
        try:
            found = tomllib.loads(file.read_text(encoding="utf-8")).get("auth", found)
        except (OSError, ValueError) as error:
            raise SettingsError(str(file), "a TOML file that can be read", type(error).__name__) from None
    if found is not None:
        _check(found)
    return found


def is_loopback(address: str | None) -> bool:
    """Tell whether a server on this address is reached from this machine alone; None stands for all addresses."""
    if not address:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.casefold() == "localhost"


def require_safe(address: str | None, *, sign_in: bool, loopback_only: bool = False) -> None:
    """Raise ``ExposureError`` where people could come in from outside without signing in.

    Args:
        address: on which the server listens; None for all.
        sign_in: whether people sign in.
        loopback_only: somebody has said that the address is reached from this machine alone all the same, such as in a
            container whose port is published on 127.0.0.1.
    """
    if not (sign_in or loopback_only or is_loopback(address)):
        raise ExposureError(_UNSAFE.format(address=address or "every address of this machine"))


def require_near(host: str | None, forwarded_for: str | None) -> None:
    """Raise ``ExposureError`` where somebody who does not sign in comes from outside, such as through a web server.

    It is asked of every page: what the dashboard listens on does not tell who stands before it. A page of elsewhere
    that has its own name lead to this machine is refused too.

    Args:
        host: the header ``Host`` of the browser, such as "localhost:8501"; None where no page is drawn for a browser.
        forwarded_for: the header ``X-Forwarded-For``, which web servers in between add.
    """
    if forwarded_for or (host and not is_loopback(urlsplit(f"//{host}").hostname)):
        raise ExposureError(_FROM_OUTSIDE)


def _check(found: Any) -> None:
    """Say what is missing in the section, or too weak; never what stands there."""
    name = "the section [auth] of secrets.toml"
    values = found if isinstance(found, Mapping) else {}
    missing = [key for key in _NEEDED if not isinstance(values.get(key), str) or not values[key].strip()]
    if missing:
        raise SettingsError(name, f"complete: {', '.join(_NEEDED)}", f"nothing for {', '.join(missing)}")
    if len(values["cookie_secret"]) < _SHORTEST_SECRET:
        held = f"{len(values['cookie_secret'])} characters"
        raise SettingsError(name, f"with a cookie_secret of {_SHORTEST_SECRET} characters or more", held)
    address = urlsplit(values["redirect_uri"])
    secure = address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname))
    if not secure or not address.path.endswith(_CALLBACK):
        wanted = f"with a redirect_uri that ends in {_CALLBACK}, by https unless it is on this machine"
        raise SettingsError(name, wanted, values["redirect_uri"])
