# SPDX-License-Identifier: Apache-2.0
"""Files and folders as the command line names them; files are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from guiju.kernel import Conflict, Invalid, Text, new_id
from guiju.labelling.files import SIDE_CAR


class Job(NamedTuple):
    """One file to read, and what it is called below the folder that things are written to."""

    source: Path
    below: Path


def jobs(named: Sequence[str]) -> list[Job]:
    """The files that are named, and those in folders, whose links to folders are not followed.

    A side-car belongs to its text and is none of them.

    Raises:
        Invalid: `file-unreadable`, for what is not there.
        Conflict: `file-twice`, when two would be written to the same place.
    """
    found: dict[Path, Job] = {}
    for one in named:
        for job in _below(Path(one)):
            if job.below in found:
                raise _twice(found[job.below].source, job.source)
            found[job.below] = job
    return list(found.values())


def _below(path: Path) -> Iterator[Job]:
    if not path.is_dir():
        if not path.exists():
            raise _not_there(path)
        yield Job(path, Path(path.name))
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.is_file() and not name.endswith(SIDE_CAR):
                yield Job(file, file.relative_to(path))


def put_file(source: Path, target: Path, data: bytes, *, overwrite: bool) -> None:
    """Write `data` to `target` as a whole or not at all; the same bytes again are no change.

    Raises:
        Conflict: `file-exists`, when another file is there.
        Invalid: `file-unwritable`, also when `target` is the source itself.
    """
    partial = target.with_name(f".{target.name}.{new_id('part')}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            if target.samefile(source):
                raise _unwritable(target, "it is the file that was read")
            if not overwrite and target.read_bytes() != data:
                raise _exists(target)
        _write(partial, target, data)
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error


def _write(partial: Path, target: Path, data: bytes) -> None:
    try:
        partial.write_bytes(data)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _not_there(path: Path) -> Invalid:
    return Invalid(
        "file-unreadable",
        Text(zh=f"找不到 {path}。", en=f"{path} is not there."),
        Text(zh="请检查路径。", en="Check its path."),
    )


def _twice(one: Path, other: Path) -> Conflict:
    return Conflict(
        "file-twice",
        Text(
            zh=f"{one} 与 {other} 会写到同一处。",
            en=f"{one} and {other} would be written to the same place.",
        ),
        Text(zh="请分两次执行。", en="Take them in two runs."),
    )


def _exists(target: Path) -> Conflict:
    return Conflict(
        "file-exists",
        Text(zh=f"{target} 已存在且内容不同。", en=f"{target} is there already and is another."),
        Text(zh="请换一个输出目录，或加 --overwrite。", en="Use another folder, or --overwrite."),
    )


def _unwritable(target: Path, why: str) -> Invalid:
    return Invalid(
        "file-unwritable",
        Text(zh=f"无法写入 {target}：{why}。", en=f"{target} cannot be written: {why}."),
        Text(zh="请用 --out 指定另一个可写目录。", en="Name another folder with --out."),
    )
