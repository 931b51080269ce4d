# SPDX-License-Identifier: Apache-2.0
"""Settings: where things are; never what the law says or what the provider decided.

The command line wins over the environment, the environment over `guiju.toml` in the data folder.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from guiju.kernel import Invalid, Text

FILE = "guiju.toml"
_HIGHEST_PORT = 65535
_MOST_WORKERS = 64
_WHOLE = 100
_LONGEST_CACHE = 3600
LOGS = ("text", "json")
"""How logs are written."""
MAIL_SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True, slots=True)
class Settings:
    """One deployment. `upstream` None means the built-in demo model.

    `public_url` is where people reach the pages, e.g. through a proxy that ends TLS; empty: by
    the name of this machine to itself. `verifiers` says which bridges verify identities
    (docs/security.md), and `development_verifier` lets a local provider stand in that verifies
    nobody and says so. `upstream_ca` is a file of certificates that are trusted besides the
    system's. `traces` is the base URL of an OpenTelemetry collector (OTLP over HTTP), which
    gets `trace_percent` of the traces that begin here; `logs` is one of `LOGS`.
    `c2pa_certificates` is the file with the chain that vouches for our content credentials,
    `c2pa_time_stamps` an authority of RFC 3161 that is asked for each, `c2pa_anchors` a file
    with the certificates by which those of others are trusted. `mail_host` takes mail from
    `mail_from` to people, by `mail_security`, one of `MAIL_SECURITY`. `kms` is the base URL of a
    key management service (the transit engine of Vault or OpenBao) that holds the master key
    `kms_key`, `kms_token` the file with the token for it, `kms_ca` one with the certificates it is
    trusted by. A key of a person is remembered for `key_cache_seconds` at most.
    """

    data: str
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    verifiers: str = ""
    development_verifier: bool = False
    workers: int = 1
    database: str = ""
    upstream: str | None = None
    upstream_ca: str = ""
    demo: bool = True
    traces: str = ""
    trace_percent: int = 100
    logs: str = "text"
    c2pa_certificates: str = ""
    c2pa_time_stamps: str = ""
    c2pa_anchors: str = ""
    mail_host: str = ""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_user: str = ""
    mail_password_file: str = ""
    mail_from: str = ""
    mail_ca: str = ""
    kms: str = ""
    kms_key: str = "guiju"
    kms_token: str = "kms-token"  # noqa: S105 - the name of a file
    kms_ca: str = ""
    key_cache_seconds: int = 300

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data)

    @property
    def database_url(self) -> str:
        """The database's address; by default SQLite in the data folder."""
        return self.database or f"sqlite:///{self.folder / 'guiju.db'}"

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file, when it is one."""
        kind, _, path = self.database_url.partition(":///")
        return Path(path) if kind == "sqlite" and path else None

    @property
    def tiles(self) -> Path:
        """Where the ledger's tiles are published."""
        return self.folder / "ledger"

    @property
    def lexicons(self) -> Path:
        """Where compiled lexicons are kept."""
        return self.folder / "lexicons"

    @property
    def limits(self) -> Path:
        """Where the workers of this machine meet over what may be used."""
        return self.folder / "limits"

    @property
    def spill(self) -> Path:
        """Where records wait while the database stalls."""
        return self.folder / "spill"

    @property
    def copies(self) -> Path:
        """Where copies for people wait to be fetched, sealed."""
        return self.folder / "copies"

    @property
    def metrics(self) -> Path:
        """Where workers share what they have counted."""
        return self.folder / "metrics"

    @property
    def master_key_file(self) -> Path:
        """Where the master key is when the environment does not hold it."""
        return self.folder / "master.key"

    @property
    def first_run_file(self) -> Path:
        """Where the first credentials are written."""
        return self.folder / "first-run.json"

    def file(self, name: str) -> Path | None:
        """The file that a setting names, by itself or from the data folder; None: it names none."""
        said = str(getattr(self, name))
        return self.folder / said if said else None

    @property
    def base_url(self) -> str:
        """Where the service answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def reached_at(self) -> str:
        """Where people reach the pages; browsers make passkeys for a name, not for an address."""
        return self.public_url.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def https(self) -> bool:
        """Whether people reach the pages by https: then cookies go over nothing else."""
        return self.reached_at.startswith("https://")

    def to_text(self) -> str:
        """One line that a worker process reads back."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def from_text(cls, text: str) -> Settings:
        """What `to_text` wrote."""
        return msgspec.json.decode(text.encode(), type=cls)


def read_settings(data: str | None = None, **given: Any) -> Settings:
    """The settings in force; `given` are options of the command line, None where not given.

    Raises:
        Invalid: `config-invalid`, naming the file or variable, what is wrong and the remedy.
    """
    folder = data or os.environ.get("GUIJU_DATA") or "./var"
    settings = Settings(data=str(Path(folder).absolute()))
    for origin, values in (
        (str(settings.folder / FILE), _from_file(settings.folder / FILE)),
        ("environment", _from_environment()),
        ("command line", {name: value for name, value in given.items() if value is not None}),
    ):
        settings = _with(settings, values, origin)
    _check_mail_whole(settings)
    return settings


def _from_file(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(path), "无法读取", f"cannot be read ({error})") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(str(path), f"不是有效的 TOML（{error}）", f"is not TOML: {error}") from error


def _from_environment() -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in _KINDS.items():
        text = os.environ.get(f"GUIJU_{name.upper()}")
        if text and name != "data":
            found[name] = int(text) if kind is int and text.isdigit() else text
    return found


_KINDS: Mapping[str, type] = {
    "host": str,
    "port": int,
    "public_url": str,
    "verifiers": str,
    "development_verifier": bool,
    "workers": int,
    "database": str,
    "upstream": str,
    "upstream_ca": str,
    "demo": bool,
    "traces": str,
    "trace_percent": int,
    "logs": str,
    "c2pa_certificates": str,
    "c2pa_time_stamps": str,
    "c2pa_anchors": str,
    "mail_host": str,
    "mail_port": int,
    "mail_security": str,
    "mail_user": str,
    "mail_password_file": str,
    "mail_from": str,
    "mail_ca": str,
    "kms": str,
    "kms_key": str,
    "kms_token": str,
    "kms_ca": str,
    "key_cache_seconds": int,
}


def _with(settings: Settings, values: Mapping[str, Any], origin: str) -> Settings:
    for name, value in values.items():
        if name not in _KINDS:
            near = difflib.get_close_matches(name, _KINDS, 1)
            zh = f"有未知的设置 {name}" + (f"，是否想写 {near[0]}" if near else "")
            en = f"has the unknown setting {name}" + (f"; did you mean {near[0]}" if near else "")
            raise _wrong(origin, zh, en)
        if type(value) is not _KINDS[name]:
            kind = _KINDS[name].__name__
            raise _wrong(origin, f"的 {name} 应为 {kind}", f"must give {name} as {kind}")
    changed = replace(settings, **values)
    _check_ranges(changed, origin)
    return changed


def _check_ranges(settings: Settings, origin: str) -> None:
    if not 0 < settings.port <= _HIGHEST_PORT:
        raise _wrong(
            origin, f"的 port {settings.port} 超出范围", f"has port {settings.port}, not 1-65535"
        )
    if not 0 < settings.workers <= _MOST_WORKERS:
        zh, en = f"的 workers 应为 1 到 {_MOST_WORKERS}", f"must have 1 to {_MOST_WORKERS} workers"
        raise _wrong(origin, zh, en)
    if not 0 <= settings.trace_percent <= _WHOLE:
        zh, en = "的 trace_percent 应为 0 到 100", "must have trace_percent from 0 to 100"
        raise _wrong(origin, zh, en)
    if not 0 <= settings.key_cache_seconds <= _LONGEST_CACHE:
        zh = f"的 key_cache_seconds 应为 0 到 {_LONGEST_CACHE}"
        en = f"must have key_cache_seconds from 0 to {_LONGEST_CACHE}"
        raise _wrong(origin, zh, en)
    if not settings.kms_key.replace("-", "").replace("_", "").isalnum():
        raise _wrong(
            origin, "的 kms_key 只能含字母、数字、- 和 _", "must have kms_key of a-z, 0-9, - _"
        )
    if settings.logs not in LOGS:
        known = ", ".join(LOGS)
        zh, en = f"的 logs 应为 {known} 之一", f"must have logs as one of {known}"
        raise _wrong(origin, zh, en)
    _check_mail(settings, origin)
    for name, address in (
        ("public_url", settings.public_url),
        ("upstream", settings.upstream),
        ("traces", settings.traces),
        ("c2pa_time_stamps", settings.c2pa_time_stamps),
        ("kms", settings.kms),
    ):
        _check_address(name, address, origin)


def _check_mail(settings: Settings, origin: str) -> None:
    if settings.mail_security not in MAIL_SECURITY:
        known = ", ".join(MAIL_SECURITY)
        zh, en = f"的 mail_security 应为 {known} 之一", f"must have mail_security as one of {known}"
        raise _wrong(origin, zh, en)
    if not 0 < settings.mail_port <= _HIGHEST_PORT:
        raise _wrong(origin, "的 mail_port 超出范围", "has a mail_port that is not 1-65535")
    if settings.mail_user and settings.mail_security == "none":
        zh, en = "不加密时不能给出 mail_user", "must not send mail_user without encryption"
        raise _wrong(origin, zh, en)


def _check_mail_whole(settings: Settings) -> None:
    """Once all is read: who sends mail says from whom, and where the pages are."""
    if settings.mail_host and not (_is_sender(settings.mail_from) and settings.public_url):
        zh = "给出 mail_host 时须写明 mail_from（邮箱地址）和 public_url"
        en = "names mail_host and must name mail_from, a mail address, and public_url too"
        raise _wrong("mail", zh, en)


def _is_sender(words: str) -> bool:
    local, at, domain = words.partition("@")
    return bool(local and at and "." in domain) and words.isascii() and not set(words) & set(" <>,")


def _check_address(name: str, address: str | None, origin: str) -> None:
    parts = urlsplit(address or "")
    if address and (parts.scheme not in {"http", "https"} or not parts.netloc):
        shown = address[:80]
        raise _wrong(
            origin,
            f"的 {name} {shown} 不是 http(s) 地址",
            f"has {name} {shown}, which is no http(s) address",
        )


def _wrong(origin: str, zh: str, en: str) -> Invalid:
    names = ", ".join(field.name for field in fields(Settings) if field.name != "data")
    return Invalid(
        "config-invalid",
        Text(zh=f"设置有误：{origin} {zh}。", en=f"Bad setting: {origin} {en}."),
        Text(zh=f"请更正；可用的设置：{names}。", en=f"Correct it; known settings: {names}."),
    )
