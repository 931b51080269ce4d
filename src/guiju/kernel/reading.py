# SPDX-License-Identifier: Apache-2.0
"""A file that somebody hands in, TOML or JSON, as one table; a bad file is one clear line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from guiju.kernel.errors import Invalid
from guiju.kernel.form import Form, shown_name
from guiju.kernel.text import Text

_MOST_BYTES = 64 * 2**20


def read_table(path: Path, code: str) -> Mapping[str, Any]:
    """The table in the file at `path`: JSON when it is called so, else TOML.

    Raises:
        Invalid: with `code`; what names the file, the place and the fault.
    """
    value = _parsed(path, code)
    if not isinstance(value, Mapping):
        raise _unreadable(path, code, "顶层应为一组键值", "must hold a table at its top")
    return value


def _parsed(path: Path, code: str) -> object:
    text = _text(path, code)
    try:
        if path.suffix.lower() == ".json":
            return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        return tomllib.loads(text)
    except ValueError as error:
        said = " ".join(str(error).split())
        raise _unreadable(path, code, f"语法有误（{said}）", said) from error
    except RecursionError:
        raise _unreadable(path, code, "嵌套过深", "is nested too deeply") from None


def _text(path: Path, code: str) -> str:
    try:
        if not path.is_file():
            raise _unreadable(path, code, "没有这个文件", "there is no such file")
        if path.stat().st_size > _MOST_BYTES:
            raise _unreadable(path, code, "超过 64 MiB", "is larger than 64 MiB")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, code, error) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, code, "无法读取", f"cannot be read ({error})") from error


def _not_utf8(path: Path, code: str, error: UnicodeDecodeError) -> Invalid:
    line = error.object[: error.start].count(b"\n") + 1
    return _unreadable(path, code, f"第 {line} 行不是 UTF-8", f"line {line} is not UTF-8")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"the key {shown_name(key)} stands twice")
        table[key] = value
    return table


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _unreadable(path: Path, code: str, zh: str, en: str) -> Invalid:
    remedy = Text(
        zh="请给出 UTF-8 编码的 TOML 或 JSON 文件。", en="Give a TOML or JSON file in UTF-8."
    )
    return Form({}, code, origin=str(path)).fault("", zh, en, remedy)
