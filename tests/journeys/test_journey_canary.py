# SPDX-License-Identifier: Apache-2.0
"""What people type is nowhere in clear: not in data, logs, metrics, error pages, nor a crash."""

from __future__ import annotations

import json
import os
import signal
import urllib.parse
from pathlib import Path

import pytest
from tests.journeys.canaries import CANARY, canary, in_clear, looked_through
from tests.journeys.conftest import Service, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(tmp_path_factory.mktemp("canary") / "data")


def asks() -> list[tuple[str, object]]:
    """Each wire, rightly and wrongly, with planted words where people may put theirs."""
    said = [{"role": "user", "content": f"请看 {canary()}"}]
    return [
        ("/v1/chat/completions", {"model": "m", "messages": said}),
        ("/v1/chat/completions", {"model": "m", "messages": said, "stream": True}),
        ("/v1/completions", {"model": "m", "prompt": canary()}),
        ("/v1/responses", {"model": "m", "input": canary()}),
        ("/v1/messages", {"model": "m", "max_tokens": 9, "messages": said}),
        ("/v1/embeddings", {"model": "m", "input": canary()}),
        ("/v1/moderations", {"input": canary()}),
        ("/v1/images/generations", {"model": "m", "prompt": canary()}),
        ("/v1/chat/completions", {"model": "m", "messages": canary()}),
        ("/v1/chat/completions", {"model": "m", "messages": said, canary(): 1}),
        ("/v1/chat/completions", {"model": "m", "messages": [{"role": canary(), "content": 1}]}),
        ("/v1/chat/completions", f'{{"messages": "{canary()}'.encode()),
        ("/v1/chat/completions", canary().encode("utf-16")),
    ]


@pytest.mark.slow
@pytest.mark.control("records-sealed")
def test_words_keys_and_passwords_stand_nowhere_in_clear(house: Service) -> None:
    """Asked rightly and wrongly on every wire and page; then everything is looked through."""
    house.start()
    try:
        key = house.credentials["user"]["api_key"]
        shown = []
        for path, body in asks():
            _, _, answer = house.ask(path, body, key)
            if not isinstance(body, dict):
                shown.append(json.dumps(answer))
        # A key that is none, a name and a password that are none, a complaint with words.
        house.ask("/v1/chat/completions", {"model": "m", "messages": []}, f"gj-user-{canary()}")
        for path in ("/sign-in", "/console/sign-in"):
            form = urllib.parse.urlencode({"name": canary(), "password": canary()}).encode()
            house.ask(path, form)
        words = {"category": "other", "words": canary(), "language": "zh"}
        house.ask("/api/complaints", words)
        house.ask(f"/complaints?{urllib.parse.urlencode({'code': canary()})}")
        shown += [str(house.ask(path)[2]) for path in ("/metrics", "/readyz", "/status")]
        assert CANARY not in "".join(shown)
        assert looked_through(house.data, house.log) == []
    finally:
        assert house.stop() == 0
    assert looked_through(house.data, house.log) == []


@pytest.mark.slow
@pytest.mark.control("records-sealed")
def test_a_crash_leaves_neither_a_core_nor_words_in_the_log(house: Service) -> None:
    """Killed by what usually writes a core, in the middle of a stream."""
    house.start()
    key = house.credentials["user"]["api_key"]
    body = {"model": "m", "messages": [{"role": "user", "content": canary()}], "stream": True}
    assert house.ask("/v1/chat/completions", body, key)[0] == 200
    assert house.process is not None
    folder = Path(f"/proc/{house.process.pid}")
    assert "Max core file size        0" in (folder / "limits").read_text()
    os.killpg(house.process.pid, signal.SIGABRT)
    house.process.wait(20)
    until(lambda: not list(folder.parent.glob(f"{house.process.pid}/exe")), "it is gone")  # type: ignore[union-attr]
    left = [*house.data.rglob("core*"), *Path.cwd().glob("core*")]
    assert [one for one in left if one.is_file()] == []
    assert looked_through(house.data, house.log) == []


def test_the_look_finds_what_stands_in_clear(tmp_path: Path) -> None:
    """It can fail: a planted word in any file is named with the file, a key in its own is not."""
    (tmp_path / "first-run.json").write_text(CANARY)
    (tmp_path / "spill").mkdir()
    (tmp_path / "spill" / "one").write_bytes(b"\0" + canary().encode())
    found = in_clear(tmp_path.rglob("*"), {"planted": CANARY.encode()})
    assert found == ["planted in one"]
