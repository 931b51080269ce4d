# SPDX-License-Identifier: Apache-2.0
"""The data folder and its database: made, found, and looked at before anybody relies on them."""

from __future__ import annotations

from pathlib import Path

from guiju.app import master_keys
from guiju.app.settings import Settings
from guiju.kernel import Keyring, LocalMasterKey, Text, Unavailable
from guiju.storage import Database, head_revision, revision


def database_of(settings: Settings) -> Database:
    """The database of these settings, with the keyring that opens what is sealed in it."""
    keys = master_keys.keyring(settings)
    return Database.open(settings.database_url, keys, key_seconds=settings.key_cache_seconds)


def is_fresh(settings: Settings) -> bool:
    """Whether the database holds nothing yet; looking needs no key."""
    looking = Database.open(settings.database_url, Keyring(LocalMasterKey(bytes(32))))
    try:
        return looking.is_empty()
    finally:
        looking.close()


def make_folder(folder: Path) -> None:
    """Make the data folder where there is none; raises Unavailable `data-folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            "data-folder",
            Text(zh=f"无法创建数据目录 {folder}。", en=f"The data folder {folder} cannot be made."),
            Text(zh="请用 --data 指定可写的目录。", en="Name a writable folder with --data."),
        ) from error


def check_data(settings: Settings) -> None:
    """Look whether there are data, making none; raises Unavailable `no-data`."""
    file = settings.sqlite_file
    if file is not None and not file.exists():
        raise _no_data(settings)


def check_schema(database: Database, settings: Settings) -> None:
    """Whether the schema is of this version; raises Unavailable `no-data` or `schema-differs`."""
    if database.is_empty():
        raise _no_data(settings)
    if revision(database) != head_revision():
        raise Unavailable(
            "schema-differs",
            Text(
                zh="数据库结构与本版本不符。", en="The database has the schema of another version."
            ),
            Text(zh="请运行 guiju db migrate。", en="Run guiju db migrate."),
        )


def _no_data(settings: Settings) -> Unavailable:
    return Unavailable(
        "no-data",
        Text(zh=f"{settings.data} 中没有数据。", en=f"There is no data in {settings.data}."),
        Text(zh="请先运行 guiju up，或用 --data 指定。", en="Run guiju up first, or use --data."),
    )
