# SPDX-License-Identifier: Apache-2.0
"""Files with keys and certificates: never read without end, and secrets never from an open file."""

from __future__ import annotations

import stat
from pathlib import Path

from guiju.kernel import Invalid, Text

_MOST = 1_000_000  # bytes


def contents(path: Path) -> bytes:
    """The first million bytes of a file; raises Invalid `file-unreadable`."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError as error:
        raise unreadable(path, error) from error


def secret(path: Path) -> bytes:
    """The contents of a file that its owner alone can read.

    Raises:
        Invalid: `file-unreadable`; `key-open`, when others may read it.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise unreadable(path, error) from error
    data = contents(path)
    if mode & 0o077:
        raise Invalid(
            "key-open",
            Text(
                zh=f"私钥文件 {path} 可被他人读取（权限 {mode:04o}）。",
                en=f"Others may read the private key {path} (mode {mode:04o}).",
            ),
            Text(zh=f"请执行 chmod 600 {path}。", en=f"Run chmod 600 {path}."),
        )
    return data


def unreadable(path: Path, error: OSError) -> Invalid:
    """The error for a file that the system does not give, or does not take."""
    why = error.strerror or str(error)
    return Invalid(
        "file-unreadable",
        Text(zh=f"无法读取或写入 {path}：{why}。", en=f"{path} cannot be read or written: {why}."),
        Text(zh="请核对路径和权限。", en="Check the path and its permissions."),
    )
