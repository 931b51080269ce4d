# SPDX-License-Identifier: Apache-2.0
"""CPU per request of guiju with every station on, against a bare proxy, nginx and LiteLLM.

One run, one machine, one upstream, interleaved rounds, medians. Processor time is read from /proc
for the whole process tree of a contender, so the load generator does not count.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
CONCURRENCY = 32
TICK = os.sysconf("SC_CLK_TCK")
QUESTION = "今天想出去走走，请给我三条建议，谢谢。"
LIMIT_BARE = 2.0
LIMIT_LITELLM = 1 / 20


@dataclass
class Contender:
    """One server under test."""

    name: str
    base: str
    key: str
    model: str
    pid: int
    micros: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, **environment: str) -> Iterator[int]:
    """A server in a process group of its own, from answering `url` to being stopped."""
    log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the server
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=log,
        stderr=log,
        cwd=HERE,
        start_new_session=True,
    )
    try:
        _await(url, process, log)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _await(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - our own loopback address
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    log.seek(0)
    raise SystemExit(f"{url} did not come up:\n{log.read().decode()[-3000:]}")


def granian(target: str, port: int) -> list[str]:
    """The command that serves an ASGI application as guiju is served."""
    options = ["--interface", "asginl", "--loop", "uvloop", "--no-ws", "--log-level", "warning"]
    # Its usual 1,024 connections at once would be the figure of 2,000 streams.
    options += ["--backlog", "4096", "--backpressure", "8192"]
    return [str(BIN / "granian"), *options, "--port", str(port), target]


def cpu_seconds(root: int) -> float:
    """User and system time of a process and all below it."""
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            parts = text.rpartition(")")[2].split()
            children.setdefault(int(parts[1]), []).append(int(entry.name))
            used[int(entry.name)] = int(parts[11]) + int(parts[12])
    total, left = 0, [root]
    while left:
        pid = left.pop()
        total += used.get(pid, 0)
        left += children.get(pid, [])
    return total / TICK


def memory_mib(root: int) -> float:
    """Resident memory of a process and its children."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    mine, grown = {root}, True
    while grown:
        more = {pid for pid, parent, _ in rows if parent in mine} - mine
        mine |= more
        grown = bool(more)
    return sum(rss for pid, _, rss in rows if pid in mine) / 1024


def script(contender: Contender, *, stream: bool) -> str:
    """What wrk sends."""
    messages = [{"role": "user", "content": QUESTION}]
    body: dict[str, object] = {"model": contender.model, "messages": messages}
    if stream:
        body["stream"] = True
    text = json.dumps(body, ensure_ascii=False)
    return (
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/json"\n'
        f'wrk.headers["Authorization"] = "Bearer {contender.key}"\n'
        f"wrk.body = [==[{text}]==]\n"
    )


def measure(contender: Contender, mode: str, folder: Path) -> None:
    """One round: CPU microseconds per request and requests per second."""
    file = folder / "post.lua"
    file.write_text(script(contender, stream=mode == "stream"), encoding="utf-8")
    url = f"{contender.base}/chat/completions"
    load = ["wrk", "-t1", f"-c{CONCURRENCY}", "-s", str(file), "--timeout", "30s"]
    subprocess.run([*load, "-d1s", url], capture_output=True, check=True)
    before = cpu_seconds(contender.pid)
    done = subprocess.run([*load, f"-d{SECONDS}s", url], capture_output=True, text=True, check=True)
    used = cpu_seconds(contender.pid) - before
    requests = re.search(r"(\d+) requests in ([\d.]+)(m?s)", done.stdout)
    if requests is None or "Non-2xx" in done.stdout:
        raise SystemExit(f"{contender.name}: {done.stdout}")
    count = int(requests[1])
    contender.micros.setdefault(mode, []).append(used / count * 1e6)
    contender.rates.setdefault(mode, []).append(count / SECONDS)


@contextmanager
def contenders(folder: Path) -> Iterator[list[Contender]]:
    """Every server that this machine can run, each with the same upstream behind it."""
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(
            running(granian("upstream:app", port), f"http://127.0.0.1:{port}/v1/models")
        )
        upstream = f"http://127.0.0.1:{port}/v1"
        found = [_guiju(stack, folder, upstream), _bare(stack, upstream)]
        for make in (_nginx, _litellm):
            one = make(stack, folder, port)
            if one is not None:
                found.append(one)
        yield found


def _guiju(stack: ExitStack, folder: Path, upstream: str) -> Contender:
    port, data = free_port(), folder / "guiju"
    command = [
        str(BIN / "guiju"),
        "up",
        "--data",
        str(data),
        "--port",
        str(port),
        "--upstream",
        upstream,
    ]
    base = f"http://127.0.0.1:{port}"
    pid = stack.enter_context(running(command, f"{base}/readyz"))
    # The first whole verification of the ledger runs beside the service, once in fifteen minutes:
    # what it costs is measured by bench/ledger.py, not here.
    while not (data / "verified.json").exists():
        time.sleep(0.2)
    key = json.loads((data / "first-run.json").read_text())["user"]["api_key"]
    return Contender("guiju, all stations", f"{base}/v1", key, "bench", pid)


def _bare(stack: ExitStack, upstream: str) -> Contender:
    port = free_port()
    base = f"http://127.0.0.1:{port}/v1"
    server = running(granian("bare_proxy:app", port), f"{base}/models", BENCH_UPSTREAM=upstream)
    pid = stack.enter_context(server)
    return Contender("bare ASGI + aiohttp", base, "x", "bench", pid)


def _nginx(stack: ExitStack, folder: Path, upstream_port: int) -> Contender | None:
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        return None
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        "worker_processes 1; daemon off; pid nginx.pid; error_log stderr;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f;\n"
        " uwsgi_temp_path u; scgi_temp_path s;\n"
        f" upstream model {{ server 127.0.0.1:{upstream_port}; keepalive 64; }}\n"
        f" server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://model;\n"
        '  proxy_http_version 1.1; proxy_set_header Connection ""; } } }\n'
    )
    base = f"http://127.0.0.1:{port}/v1"
    command = [program, "-p", str(folder), "-c", str(config)]
    pid = stack.enter_context(running(command, f"{base}/models"))
    return Contender("nginx", base, "x", "bench", pid)


def _litellm(stack: ExitStack, folder: Path, upstream_port: int) -> Contender | None:
    program = ROOT / ".bench" / "litellm" / "bin" / "litellm"
    if not program.exists():
        return None
    port, key = free_port(), "sk-" + "b7e1" * 12
    config = folder / "litellm.yaml"
    config.write_text(
        "model_list:\n  - model_name: bench\n    litellm_params:\n      model: openai/bench\n"
        f"      api_base: http://127.0.0.1:{upstream_port}/v1\n      api_key: x\n"
        f"general_settings:\n  master_key: {key}\n"
    )
    base = f"http://127.0.0.1:{port}"
    command = [str(program), "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    server = running(command, f"{base}/health/liveliness", LITELLM_LOCAL_MODEL_COST_MAP="True")
    pid = stack.enter_context(server)
    return Contender("LiteLLM, no guard, no log", f"{base}/v1", key, "bench", pid)


def memory_growth(contender: Contender, folder: Path, requests: int) -> tuple[float, float]:
    """Resident MiB after warming up, and after `requests` more."""
    file = folder / "post.lua"
    file.write_text(script(contender, stream=False), encoding="utf-8")
    load = ["wrk", "-t1", f"-c{CONCURRENCY}", "-s", str(file)]
    url = f"{contender.base}/chat/completions"
    before, done = memory_mib(contender.pid), 0
    while done < requests:
        said = subprocess.run([*load, "-d10s", url], capture_output=True, text=True, check=True)
        found = re.search(r"(\d+) requests in", said.stdout)
        done += int(found[1]) if found else 0
    return before, memory_mib(contender.pid)


def main() -> None:
    """Measure, print the table, write the figures."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    with (
        tempfile.TemporaryDirectory(prefix="guiju-bench-") as name,
        contenders(Path(name)) as found,
    ):
        for _ in range(ROUNDS):
            for mode in ("whole", "stream"):
                for one in found:
                    measure(one, mode, Path(name))
        before, after = memory_growth(
            found[0], Path(name), int(os.environ.get("BENCH_MEMORY", "100000"))
        )
    report(found, before, after)


def report(found: list[Contender], before: float, after: float) -> None:
    """The table, with the goals beside it, and the JSON file."""
    middle = {
        one.name: {mode: statistics.median(values) for mode, values in one.micros.items()}
        for one in found
    }
    guiju, bare = found[0].name, found[1].name
    print(f"\nCPU microseconds per request, {CONCURRENCY} connections, median of {ROUNDS} rounds")
    print(f"{'':28}{'whole':>10}{'req/s':>9}{'guiju/x':>9}{'stream':>11}{'req/s':>9}{'guiju/x':>9}")
    for one in found:
        cells = "".join(
            f"{middle[one.name][mode]:>{width}.0f}{statistics.median(one.rates[mode]):>9.0f}"
            f"{middle[guiju][mode] / middle[one.name][mode]:>9.3f}"
            for mode, width in (("whole", 10), ("stream", 11))
        )
        print(f"{one.name:28}{cells}")
    print(f"goals: at most {LIMIT_BARE} x bare, at most {LIMIT_LITELLM} x LiteLLM")
    print(f"guiju memory: {before:.0f} MiB warm, {after:.0f} MiB after 100,000 more requests")
    results = {
        "machine": {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version()},
        "micros": middle,
        "ratio_bare": middle[guiju]["whole"] / middle[bare]["whole"],
        "memory_mib": {"before": before, "after": after},
    }
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    (folder / "gateway.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
