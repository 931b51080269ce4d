# SPDX-License-Identifier: Apache-2.0
"""Where the master key comes from: a file, the environment, or a key management service.

A file is changed for another in steps that a kill may part anywhere: `master.key.next` is written
whole, the old one is linked as `master.key.previous`, and the next takes its name.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from guiju.app.settings import Settings
from guiju.app.transit import TransitKey
from guiju.kernel import Invalid, Keyring, KeyWrapper, LocalMasterKey, MasterKeys, Text, Unavailable

_ENVIRONMENT, _PREVIOUS = "GUIJU_MASTER_KEY", "GUIJU_MASTER_KEY_PREVIOUS"
_MOST_TOKEN = 4096


def from_environment() -> str | None:
    """The master key in the environment, as text."""
    return os.environ.get(_ENVIRONMENT) or None


def keyring(settings: Settings) -> Keyring:
    """The keyring of a deployment.

    Raises:
        Unavailable: `master-key-missing`.
        Invalid: `master-key-open`, `master-key-unreadable`, or `kms-invalid`.
    """
    return Keyring(master_keys(settings))


def master_keys(settings: Settings) -> MasterKeys:
    """The master key in force and those before it, as they are now. Raises as `keyring`."""
    found = _held(settings)
    return MasterKeys(found[0], found[1:], lambda: master_keys(settings))


def _held(settings: Settings) -> list[KeyWrapper]:
    local = _local(settings)
    if settings.kms:
        return [_transit(settings), *local]
    if not local:
        # Says what is missing, in the words of whoever needs it.
        return [LocalMasterKey.from_file(settings.master_key_file)]
    return local


def _local(settings: Settings) -> list[KeyWrapper]:
    texts = [text for name in (_ENVIRONMENT, _PREVIOUS) if (text := os.environ.get(name))]
    found: list[KeyWrapper] = [LocalMasterKey.from_text(text) for text in texts]
    files = [settings.master_key_file, previous(settings)]
    found += [LocalMasterKey.from_file(one) for one in files if one.exists()]
    return found


def _transit(settings: Settings) -> TransitKey:
    trusted = None
    if settings.kms.startswith("https:"):
        ca = settings.file("kms_ca")
        try:
            trusted = ssl.create_default_context(cafile=None if ca is None else str(ca))
        except (OSError, ssl.SSLError) as error:
            raise _invalid("kms_ca", str(ca)) from error
    return TransitKey(settings.kms, settings.kms_key, lambda: _token(settings), trusted)


def _token(settings: Settings) -> str:
    """Read anew for each request: whoever renews it writes the file and need not restart."""
    path = settings.file("kms_token")
    try:
        text = "" if path is None else path.read_text(encoding="ascii")[:_MOST_TOKEN].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid("kms_token", str(path)) from error
    if not text.isprintable():
        raise _invalid("kms_token", str(path))
    return text


def _invalid(name: str, path: str) -> Invalid:
    return Invalid(
        "kms-invalid",
        Text(
            zh=f"设置 {name} 所指的文件 {path} 不可用。", en=f"The file {path} of {name} is no use."
        ),
        Text(zh="请检查该文件及其权限。", en="Check the file and who may read it."),
        param=name,
    )


# -- another master key ----------------------------------------------------------------------------


def previous(settings: Settings) -> Path:
    """Where the master key lies that another has taken the place of."""
    return settings.master_key_file.with_name("master.key.previous")


def turn(settings: Settings) -> bool:
    """Put a new master key in the place of the file's; True if this call made one.

    With a key management service nothing is made here: it turns its own keys. With the key in the
    environment whoever sets it makes the new one and gives the old one beside it.

    Raises:
        Invalid: `master-key-in-environment`, when the old one is not given.
    """
    if settings.kms:
        return False
    if from_environment() is not None:
        if os.environ.get(_PREVIOUS) in {None, "", from_environment()}:
            raise _in_environment()
        return False
    now, old = settings.master_key_file, previous(settings)
    fresh = now.with_name("master.key.next")
    if not fresh.exists():
        if old.exists():
            return False  # one is under way: its old key is still here
        LocalMasterKey.create(fresh)
    if not old.exists():
        os.link(now, old)
    _sync(now.parent)
    fresh.replace(now)
    _sync(now.parent)
    return True


def retired(settings: Settings) -> list[Path]:
    """The files of master keys that are not in force."""
    files = [previous(settings)] + ([settings.master_key_file] if settings.kms else [])
    return [one for one in files if one.exists()]


def discard(settings: Settings) -> list[str]:
    """Remove the files of master keys that are not in force; their names."""
    gone = retired(settings)
    for one in gone:
        one.unlink()
    _sync(settings.folder)
    return [one.name for one in gone]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _in_environment() -> Invalid:
    return Invalid(
        "master-key-in-environment",
        Text(
            zh="主密钥由环境变量给出，须由您更换。",
            en="The master key is given by the environment, so you change it.",
        ),
        Text(
            zh=f"请把新密钥设为 {_ENVIRONMENT}，旧密钥设为 {_PREVIOUS}，重启后再运行。",
            en=f"Set {_ENVIRONMENT} to a new key, {_PREVIOUS} to the old one; restart, run again.",
        ),
    )


def check_present(settings: Settings) -> bool:
    """Whether any master key is named or here; looking makes none."""
    try:
        return bool(settings.kms) or bool(_local(settings))
    except (Invalid, Unavailable):
        return True
