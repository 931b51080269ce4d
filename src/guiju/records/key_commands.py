# SPDX-License-Identifier: Apache-2.0
"""`guiju keys`: another master key for the keys of people, while the service runs."""

from __future__ import annotations

import sys
import time
from typing import Protocol, runtime_checkable

import click

from guiju.desk import by_staff, desk_of, put, with_json
from guiju.kernel import Invalid, Text
from guiju.records import keys, renewal_commands

_PAUSE_SECONDS = 0.01
"""Between two steps, so that whoever waits to write comes in."""


@runtime_checkable
class _HoldsMasterKeys(Protocol):
    """A desk that can put another master key in force."""

    def turn_master_key(self) -> bool:
        """Make the next master key, if it is for us to make; True if one was made."""
        ...

    def old_master_keys(self) -> list[str]:
        """The names of the files of master keys that are not in force."""
        ...

    def discard_master_keys(self) -> list[str]:
        """Remove them."""
        ...


@click.group(name="keys")
def group() -> None:
    """The master key that wraps the key of each person, and the keys of people: others for them."""


group.add_command(renewal_commands.renew)
group.add_command(renewal_commands.renewals)


@group.command()
@with_json
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Which master key is in force and what it has not wrapped yet (exit 1: something waits)."""
    desk = desk_of(context)
    with desk.database.read() as tx:
        found = keys.key_status(tx)
    old = _holder(desk).old_master_keys()
    lines = [
        f"master key {found.master} in force",
        f"{found.people:,} people have a key, {found.waiting:,} wait to be wrapped anew",
        *(f"{name} is still here (guiju keys retire)" for name in old),
    ]
    report = {
        "master": found.master,
        "people": found.people,
        "waiting": found.waiting,
        "old": old,
    }
    put(report, lines, as_json=as_json)
    context.exit(int(found.waiting > 0))


@group.command()
@by_staff
@with_json
@click.pass_context
def rotate(context: click.Context, by: str, *, as_json: bool) -> None:
    """Put a new master key in force and wrap every key anew; started again, it goes on.

    For a privacy or safety officer. The service runs on; nothing sealed is touched.
    """
    desk = desk_of(context)
    actor = desk.staff(by)
    keys.check_keeper(actor)
    made = _holder(desk).turn_master_key()
    desk.database.keys.masters.refresh()
    with desk.database.write() as tx:
        begun = keys.begin_rotation(tx, actor)
    with click.progressbar(length=begun.waiting, label="keys", file=sys.stderr) as bar:
        while True:
            with desk.database.write() as tx:
                done = keys.rotate_some(tx, actor)
            if not done:
                break
            bar.update(done)
            time.sleep(_PAUSE_SECONDS)
    with desk.database.read() as tx:
        found = keys.key_status(tx)
    report = {"master": found.master, "made": made, "wrapped": begun.waiting}
    lines = [f"master key {found.master} in force, {begun.waiting:,} keys wrapped anew"]
    put(report, lines, as_json=as_json)


@group.command()
@by_staff
@click.option("--second", required=True, metavar="STAFF", help="Another member of staff.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@with_json
@click.pass_context
def retire(context: click.Context, by: str, second: str, *, yes: bool, as_json: bool) -> None:
    """Destroy old master keys, by two people: backups from before cannot be opened any more."""
    desk = desk_of(context)
    holder = _holder(desk)
    names = holder.old_master_keys()
    if names and not yes:
        click.confirm("Keys in backups from before become unreadable for ever. Go on?", abort=True)
    with desk.database.write() as tx:
        keys.retire_masters(tx, desk.staff(by), desk.staff(second), names)
    gone = holder.discard_master_keys()
    put({"retired": gone}, [f"destroyed: {', '.join(gone) or 'nothing'}"], as_json=as_json)


def _holder(desk: object) -> _HoldsMasterKeys:
    if isinstance(desk, _HoldsMasterKeys):
        return desk
    raise _not_here()


def _not_here() -> Invalid:
    return Invalid(
        "master-key-elsewhere",
        Text(zh="此处不掌管主密钥。", en="The master key is not held here."),
        Text(zh="请在服务所在的机器上操作。", en="Do it where the service runs."),
    )
