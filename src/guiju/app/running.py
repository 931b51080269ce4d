# SPDX-License-Identifier: Apache-2.0
"""`guiju up`, `guiju gateway`, `guiju worker`."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, TypeVar

import click

from guiju.app.command_desk import Desk
from guiju.app.crashing import leave_no_core
from guiju.app.house import House
from guiju.app.keeper import GROWING, POSTING, VERIFYING, Keeper
from guiju.app.settings import read_settings
from guiju.app.up import serve, serve_prepared

F = TypeVar("F", bound=Callable[..., Any])


def _options(command: F) -> F:
    for option in (
        click.option("--host", help="Address to listen on; default 127.0.0.1."),
        click.option("--port", type=int, help="Port; default 8080."),
        click.option("--workers", type=int, help="Serving processes; default 1."),
        click.option("--upstream", help="An OpenAI-compatible base URL; default: the demo model."),
        click.option("--database", help="sqlite:///PATH or postgresql://...; default in DIR."),
    ):
        command = option(command)
    return command


@click.command()
@_options
@click.option("--demo/--no-demo", default=None, help="On first run, set up a demo service.")
@click.pass_obj
def up(desk: Desk, /, **options: Any) -> None:
    """Prepare the data folder if needed, then serve everything until stopped."""
    leave_no_core()
    serve(read_settings(desk.data, **options))


@click.command()
@_options
@click.pass_obj
def gateway(desk: Desk, /, **options: Any) -> None:
    """Serve on data that `guiju up` or `guiju db migrate` has prepared."""
    leave_no_core()
    serve_prepared(read_settings(desk.data, **options))


@click.command()
@click.pass_obj
def worker(desk: Desk) -> None:
    """Grow the ledger's tree, publish its tiles and verify it, until stopped."""
    leave_no_core()
    house = House.open(read_settings(desk.data))
    beside, growing = [Keeper(house, one) for one in (VERIFYING, POSTING)], Keeper(house, GROWING)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: growing.ask_to_stop())
    for one in beside:
        one.start()
    growing.run()
    for one in beside:
        one.ask_to_stop()
    house.close()
