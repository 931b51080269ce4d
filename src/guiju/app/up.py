# SPDX-License-Identifier: Apache-2.0
"""`guiju up` and `guiju gateway`: prepare the data, say where all is, serve until stopped."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import socket
import sys
from types import FrameType
from typing import Any, NamedTuple

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels

from guiju import ledger, policies
from guiju.app.asgi import PATIENCE_SECONDS, STOPPING, VARIABLE
from guiju.app.first_run import is_first_run, set_up_demo
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.gateway import DEMO_MODEL
from guiju.gateway.telemetry import Sharing
from guiju.kernel import SystemClock, Text, Unavailable, software
from guiju.policies.upstreams import models_of

MOST_CONNECTIONS = 8192
"""What a worker serves at once at most; whoever comes then waits to be let in."""

_BACKLOG = 4096  # connections that wait to be let in; the kernel may allow less
_MOST_FILES = 65536
_OTHER_FILES = 256  # database, ledger, lexicons, pages


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; raises a GuijuError when it cannot begin."""
    check_port(settings)
    house = House.prepare(settings)
    found = _first_credentials(house)
    _note_start(house)
    _say(settings, found, _models(house))
    house.close()
    os.environ[VARIABLE] = settings.to_text()
    _run_server(settings)


def serve_prepared(settings: Settings) -> None:
    """Serve on data that exists already; nothing is made or migrated."""
    check_port(settings)
    house = House.open(settings)
    _note_start(house)
    click.echo(_addresses(settings, _models(house)))
    house.close()
    os.environ[VARIABLE] = settings.to_text()
    _run_server(settings)


def _run_server(settings: Settings) -> None:
    Sharing(settings.metrics, SystemClock()).begin_anew()
    server = Granian(
        "guiju.app.asgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        backlog=_BACKLOG,
        backpressure=connections(),
        workers_kill_timeout=PATIENCE_SECONDS,
        # A worker that dies is replaced; one that dies again at once ends the service.
        respawn_failed_workers=True,
    )
    server.on_startup(_announce_stops)
    server.serve()


def connections() -> int:
    """How many connections each worker can serve at once, with as many files as it may open.

    A stream takes two: one from the client, one to the model. The usual limit of 1,024 files is
    there for programs of another age, so it is raised as far as the system lets anybody.
    """
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _MOST_FILES if most == resource.RLIM_INFINITY else min(most, _MOST_FILES)
    if now != resource.RLIM_INFINITY and now < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(1, min(MOST_CONNECTIONS, (files - _OTHER_FILES) // 2))


def _announce_stops() -> None:
    """Let workers know of a stop before the server waits for them.

    They end long streams in time, with a record, instead of being killed in the middle of one.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        stop = signal.getsignal(number)

        def announce(number: int, frame: FrameType | None, stop: Any = stop) -> None:
            for worker in multiprocessing.active_children():
                if worker.pid is not None:
                    os.kill(worker.pid, STOPPING)
            stop(number, frame)

        signal.signal(number, announce)


def check_port(settings: Settings) -> None:
    """Raise Unavailable `port-in-use` when somebody listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise Unavailable(
                "port-in-use",
                Text(
                    zh=f"无法监听 {where}（{error.strerror}）。",
                    en=f"Cannot listen on {where} ({error.strerror}).",
                ),
                Text(
                    zh="请停止占用者，或换一个端口：make up PORT=9090。",
                    en="Stop what uses it, or take another port: make up PORT=9090.",
                ),
            ) from error


def _first_credentials(house: House) -> dict[str, Any] | None:
    if not house.settings.demo or not is_first_run(house):
        return None
    return set_up_demo(house)


def _note_start(house: House) -> None:
    with house.database.write() as tx:
        ledger.append(
            tx,
            "service-started",
            controls=("closed-door", "evidence-ledger"),
            actor=software("app"),
            facts={"workers": house.settings.workers},
        )


class Models(NamedTuple):
    """Who answers, in a few words, and a name to ask for."""

    said: str
    name: str


def _models(house: House) -> Models:
    with house.database.read() as tx:
        policy = policies.active(tx)
    models = None if policy is None else models_of(policy.body)
    if models is not None:
        said = f"{len(models.models)} named by the policy in force (guiju upstream list)"
        return Models(said, next(iter(models.models), DEMO_MODEL))
    demo = "built-in demo model (it says so in every answer)"
    return Models(house.settings.upstream or demo, DEMO_MODEL)


def _say(settings: Settings, found: dict[str, Any] | None, models: Models) -> None:
    file = settings.first_run_file
    if found is None and file.exists():
        found = json.loads(file.read_text(encoding="utf-8"))
    click.echo(_addresses(settings, models))
    if found is not None:
        click.echo(_snippets(settings, found, models.name))
    sys.stdout.flush()


def _addresses(settings: Settings, models: Models) -> str:
    url = settings.base_url
    return f"""
  guiju 规矩 is up.

    service      {url}/v1        (OpenAI-compatible)
    public page  {url}/
    console      {url}/console
    model        {models.said}
    data         {settings.data}
"""


def _snippets(settings: Settings, found: dict[str, Any], model: str) -> str:
    key, url = found["user"]["api_key"], settings.base_url
    return f"""\
  First credentials: {settings.first_run_file}  (readable by you alone)

  Try it with curl:

curl -s {url}/v1/chat/completions \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "你好"}}]}}'

  or with Python (pip install openai):

from openai import OpenAI
client = OpenAI(base_url="{url}/v1", api_key="{key}")
answer = client.chat.completions.create(
    model="{model}", messages=[{{"role": "user", "content": "Hello"}}]
)
print(answer.choices[0].message.content)
print(answer.aigc)

  Stop with Ctrl-C.
"""
