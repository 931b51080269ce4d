# SPDX-License-Identifier: Apache-2.0
"""What is measured: guiju and its peers, each on one core of its own with the same model behind it.

The generator and the model service share the other cores. A peer that is not installed is named.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.gateway import BIN, ROOT, free_port, granian, running
from bench.openloop.model import PHRASE

QUESTION = "今天想出去走走，请给我三条建议，谢谢。"
_LITELLM = ROOT / ".bench" / "litellm" / "bin" / "litellm"
_PORTKEY = ROOT / ".bench" / "portkey" / "node_modules" / "@portkey-ai" / "gateway" / "build"
_LITELLM_KEY = "sk-" + "b7e1" * 12
GUIJU, BARE, DIRECT = "guiju, all stations", "bare ASGI + aiohttp", "the model itself"


@dataclass(frozen=True)
class Subject:
    """One server: where it listens, what it wants in a request, and its first process."""

    name: str
    port: int
    pid: int
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    model: str = "bench"
    folder: Path | None = None
    streams: bool = True

    def request(self, mark: str = "", *, stream: bool = False) -> bytes:
        """The bytes of a chat request whose question ends with `mark`."""
        messages = [{"role": "user", "content": QUESTION + mark}]
        body: dict[str, Any] = {"model": self.model, "messages": messages, **self.extra}
        if stream:
            body["stream"] = True
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        lines = [
            "POST /v1/chat/completions HTTP/1.1",
            f"host: 127.0.0.1:{self.port}",
            "content-type: application/json",
            *(f"{name}: {value}" for name, value in self.headers.items()),
            f"content-length: {len(data)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def cores() -> tuple[set[int], set[int]]:
    """The cores of the generator and the model service, and the one of the server."""
    usable = sorted(os.sched_getaffinity(0))
    return (set(usable[:-1]), {usable[-1]}) if len(usable) > 1 else (set(usable), set(usable))


def _pinned(command: list[str], where: set[int]) -> list[str]:
    return ["taskset", "-c", ",".join(map(str, sorted(where))), *command]


@contextmanager
def subjects(folder: Path) -> Iterator[tuple[list[Subject], list[str]]]:
    """Every server that runs here, the model itself first, and the names of those that do not."""
    ours, theirs = cores()
    with ExitStack() as stack:
        port = free_port()
        command = [sys.executable, "-m", "bench.openloop.model", str(port)]
        where = f"http://127.0.0.1:{port}/v1"
        environment = {"PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"}
        pid = stack.enter_context(running(_pinned(command, ours), f"{where}/models", **environment))
        found = [
            Subject(DIRECT, port, pid),
            _guiju(stack, folder, where, theirs),
            _bare(stack, where, theirs),
        ]
        missing: list[str] = []
        for name, make in (("nginx", _nginx), ("LiteLLM", _litellm), ("Portkey", _portkey)):
            made = make(stack, folder, port, theirs)
            found += made
            missing += [] if made else [name]
        yield found, missing


def _guiju(stack: ExitStack, folder: Path, upstream: str, where: set[int]) -> Subject:
    port, data = free_port(), folder / "guiju"
    command = [str(BIN / "guiju"), "up", "--data", str(data), "--port", str(port)]
    base = f"http://127.0.0.1:{port}"
    full = _pinned([*command, "--upstream", upstream], where)
    pid = stack.enter_context(running(full, f"{base}/readyz"))
    while not (data / "verified.json").exists():
        time.sleep(0.2)
    key = json.loads((data / "first-run.json").read_text())["user"]["api_key"]
    subject = Subject(GUIJU, port, pid, {"authorization": f"Bearer {key}"}, folder=data)
    _forbid(subject, data)
    return subject


def _forbid(subject: Subject, data: Path) -> None:
    """Put the usual policy in force, with the phrase forbidden; wait until it counts."""
    policy = (ROOT / "src/guiju/policies/default.toml").read_text(encoding="utf-8")
    entry = f'[[screening.entry]]\nterm = "{PHRASE}"\nharm = "A1g"\naction = "block"\n'
    file = data / "bench.toml"
    file.write_text(f"{policy}\n{entry}", encoding="utf-8")
    proposed = _run(data, "policy", "propose", str(file), "--as", "safety", "--json")
    approved = _run(data, "policy", "approve", proposed["id"], "--as", "second", "--json")
    for _ in range(100):
        request = urllib.request.Request(
            f"http://127.0.0.1:{subject.port}/v1/chat/completions",
            subject.request().partition(b"\r\n\r\n")[2],
            {**subject.headers, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own loopback address
            if answer.headers["x-guiju-policy"] == approved["digest"]:
                return
        time.sleep(0.1)
    raise SystemExit("guiju did not take up the policy of the benchmark")


def _run(data: Path, *arguments: str) -> Any:
    command = [str(BIN / "guiju"), "--data", str(data), *arguments]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def _bare(stack: ExitStack, upstream: str, where: set[int]) -> Subject:
    port = free_port()
    command = _pinned(granian("bare_proxy:app", port), where)
    url = f"http://127.0.0.1:{port}/v1/models"
    return Subject(BARE, port, stack.enter_context(running(command, url, BENCH_UPSTREAM=upstream)))


def _nginx(stack: ExitStack, folder: Path, model: int, where: set[int]) -> list[Subject]:
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        return []
    port = free_port()
    config = folder / "nginx.conf"
    temporary = " ".join(
        f"{name}_temp_path {name};" for name in ("proxy", "fastcgi", "uwsgi", "scgi", "client_body")
    )
    config.write_text(
        "worker_processes 1; daemon off; pid nginx.pid; error_log stderr;\n"
        "events { worker_connections 8192; }\n"
        f"http {{ access_log off; proxy_buffering off; {temporary}\n"
        f" upstream model {{ server 127.0.0.1:{model}; keepalive 256; }}\n"
        f" server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://model;\n"
        '  proxy_http_version 1.1; proxy_set_header Connection ""; } } }\n'
    )
    command = _pinned([program, "-p", str(folder), "-c", str(config)], where)
    url = f"http://127.0.0.1:{port}/v1/models"
    return [Subject("nginx", port, stack.enter_context(running(command, url)))]


_GUARDS = {"default": "Watching", "buffered": "Buffering", "incremental": "Tailing"}


def _litellm(stack: ExitStack, folder: Path, model: int, where: set[int]) -> list[Subject]:
    """One proxy with three guardrails; each request says which of them it wants."""
    if not _LITELLM.exists():
        return []
    port, place = free_port(), folder / "litellm"
    place.mkdir()
    shutil.copy(ROOT / "bench" / "openloop" / "litellm_guard.py", place)
    guards = "".join(
        f"  - guardrail_name: {name}\n    litellm_params:\n"
        f"      guardrail: litellm_guard.{kind}\n      mode: [pre_call, post_call]\n"
        for name, kind in _GUARDS.items()
    )
    config = place / "config.yaml"
    config.write_text(
        "model_list:\n  - model_name: bench\n    litellm_params:\n      model: openai/bench\n"
        f"      api_base: http://127.0.0.1:{model}/v1\n      api_key: x\n"
        f"general_settings:\n  master_key: {_LITELLM_KEY}\nguardrails:\n{guards}"
    )
    command = [str(_LITELLM), "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    pid = stack.enter_context(
        running(
            _pinned(command, where),
            f"http://127.0.0.1:{port}/health/liveliness",
            LITELLM_LOCAL_MODEL_COST_MAP="True",
            PYTHONPATH=str(place),
            BENCH_PHRASE=PHRASE,
        )
    )
    off = Subject("LiteLLM (no guard)", port, pid, {"authorization": f"Bearer {_LITELLM_KEY}"})
    return [
        off,
        *(replace(off, name=f"LiteLLM ({one})", extra={"guardrails": [one]}) for one in _GUARDS),
    ]


def _portkey(stack: ExitStack, folder: Path, model: int, where: set[int]) -> list[Subject]:  # noqa: ARG001 - as the others
    program, script = shutil.which("node"), _PORTKEY / "start-server.js"
    if program is None or not script.exists():
        return []
    port = free_port()
    command = _pinned([program, str(script), "--headless", f"--port={port}"], where)
    pid = stack.enter_context(running(command, f"http://127.0.0.1:{port}/"))
    headers = {
        "authorization": "Bearer x",
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": f"http://127.0.0.1:{model}/v1",
    }
    # Its streams from a custom host end in an error of its own (1.15.2), so there are none.
    return [Subject("Portkey (no guard)", port, pid, headers, streams=False)]
