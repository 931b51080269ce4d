# SPDX-License-Identifier: Apache-2.0
"""Feeds every reader of foreign bytes in screening with what a coverage-guided fuzzer makes up.

    pip install --target .bench/fuzz atheris==3.0.0
    python -m tools.fuzz lexicon -max_total_time=60      # or another of TARGETS

A reader answers with what it read or with `Invalid`; whatever else it raises is a crash that
libFuzzer keeps beside this. What the readers do about any bytes is in the unit tests, too, with
fewer and blinder tries.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import sys
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / ".bench" / "fuzz"))
CORPORA = ROOT / ".bench" / "corpora"
LONGEST = 4_096
MARK = b"guiju classifier\n"
LISTS = ("a.txt", "a.csv", "a.jsonl", "a.json", "a.xlsx")
SEEDS: dict[str, tuple[bytes, ...]] = {
    "lexicon": (
        "\x00密词甲乙 a,b\n".encode(),
        "\x01词,类,级\n密词,A1h,block\n".encode(),
        '\x02{"term": "密词", "harm": "A1h", "near": {"terms": ["甲"]}}\n'.encode(),
        b'\x03{"a": ["b"]}',
        b"\x04PK\x03\x04",
    ),
    "hashes": (b"f" * 64 + b",A1f,block,note\n",),
    "examples": (b'\x00{"text": "a", "label": 1}\n', b"\x01text,label\na,1\n"),
    "classifier": (b"\x00\x00\x00\x02{}",),
    "policy": (
        (ROOT / "src" / "guiju" / "policies" / "default.toml").read_bytes(),
        b'{"screening": {"rule": [{"name": "a", "harms": ["A2*"], "action": "block"}]}}',
        b'{"screening": {"guard": [{"name": "q", "family": "judge", "url": "http://127.0.0.1"}]}}',
    ),
    "guard": (
        b"\x00Safety: Unsafe\nCategories: Violent",
        b"\x01unsafe\nS1",
        b"\x02Yes",
        "\x03[答案] 安全".encode(),
        b'\x04{"level": "unsafe", "harms": ["A4f"]}',
    ),
    "text": ("密词\u200b甲乙 138 0013 8000 mi ci".encode(),),
}


def lexicon(data: bytes) -> None:
    """A list of words, of the form that its first byte says."""
    name = LISTS[data[0] % len(LISTS)]
    source = importing.Source(name, io.BytesIO(data[1:]))
    for one in importing.read_list(source, importing.Options(harm="A2f")):
        if isinstance(one, importing.Taken) and (why := guiju.hopeless(one.entry)) is not None:
            raise AssertionError(why.en)


def hashes(data: bytes) -> None:
    """A list of known pictures."""
    images.read_hashes(data.decode("utf-8", "replace").splitlines())


def examples(data: bytes) -> None:
    """Reviewed cases, as a table or as lines of JSON."""
    name = ("a.jsonl", "a.csv")[data[0] % 2]
    classifier.read_examples(name, data[1:], classifier.Reading(harm="A2i"))


def artefact(data: bytes) -> None:
    """A classifier whose digest is right, so that the rest is read."""
    loaded = classifier.Classifier.load(MARK + hashlib.sha256(data).digest() + data)
    loaded.score("密词")


def _small_classifier() -> bytes:
    """What comes behind mark and digest of one that is read."""
    head = making.Head("A2i", 0.001, 0.1, calibrating.Calibration(1.0, 0.0), 0.5)
    weights = np.arange(1 << 10).astype(np.int8).reshape(-1, 1)
    return making.dumped(making.Artefact(10, (head,), weights, {}))[len(MARK) + 32 :]


def policy(data: bytes) -> None:
    """A policy's body, as TOML or as JSON, and its entries compiled."""
    text = data.decode("utf-8", "replace")
    try:
        table: Any = json.loads(text) if text.lstrip()[:1] == "{" else tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    whole = body.checked(table)
    if body.checked(whole) != whole:
        raise AssertionError(whole)
    body.compiled(whole, "0" * 64)


def guard(data: bytes) -> None:
    """The reply of a guard model, of the family that its first byte says."""
    family = sorted(guards.FAMILIES)[data[0] % len(guards.FAMILIES)]
    config = guards.GuardConfig("g", family, "http://127.0.0.1", "m")
    asked = guards.Request(b"", "hate")
    said = data[1:].decode("utf-8", "replace")
    choice = {"index": 0, "message": {"role": "assistant", "content": said}}
    guards.read(config, asked, json.dumps({"choices": [choice]}).encode())
    guards.read(config, asked, data[1:])


def text(data: bytes) -> None:
    """A text, whole and in pieces, by words in all views and all personal information."""
    given = data.decode("utf-32-le" if data[0] & 1 else "utf-8", "replace")
    whole = SCREEN.judge(given, "output")
    stream, size = SCREEN.stream("output"), data[0] % 7 + 1
    for low, high in pairwise([*range(0, len(given), size), len(given)]):
        if stream.feed(given[low:high]).stopped:
            break
    found = stream.close().verdict
    if found is None or found.outcome is not whole.outcome:
        raise AssertionError((whole, found))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "lexicon": lexicon,
    "hashes": hashes,
    "examples": examples,
    "classifier": artefact,
    "policy": policy,
    "guard": guard,
    "text": text,
}


def main() -> None:
    """Fuzz the target that is named first; the rest are options of libFuzzer."""
    name, *options = sys.argv[1:]
    folder = CORPORA / name
    folder.mkdir(parents=True, exist_ok=True)
    seeds = (*SEEDS[name], *([_small_classifier()] if name == "classifier" else []))
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    target = TARGETS[name]

    def once(data: bytes) -> None:
        try:
            if data:
                target(data)
        except Invalid as error:
            if not (error.what.zh and error.remedy.en):
                raise AssertionError(error) from error

    atheris.Setup([sys.argv[0], f"-max_len={LONGEST}", *options, str(folder)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    # Untyped, no dependency, and to be there before what it watches.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["guiju.screening"]):
        from guiju import screening as guiju
        from guiju.screening import classifier, guards, images, importing
        from guiju.screening.classifier import artefact as making
        from guiju.screening.classifier import calibrating
        from guiju.screening.personal import KINDS
    from guiju.kernel import Invalid
    from guiju.policies import body

    words = ("密词甲乙", "zorbl", "木马茶")
    ENTRIES = [{"term": one, "harm": "A1h", "action": "block"} for one in words]
    TABLE = {"entry": ENTRIES, "personal": {kind: {"output": "mask"} for kind in KINDS}}
    SCREEN = guiju.Screen.load(TABLE, "0" * 64)
    main()
