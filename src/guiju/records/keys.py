# SPDX-License-Identifier: Apache-2.0
"""Another master key takes over, key by key, while the service runs (Article 11).

Nothing that was sealed is touched: each person's key is only wrapped anew. A step is one
transaction with one leaf; whoever stops in between goes on later where nothing was done yet.
"""

from __future__ import annotations

import msgspec

from guiju.kernel import Actor, ActorKind, Conflict, Refused, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx, keys_held, keys_to_wrap, wrap_root, wrap_some

MOST_KEYS = 200
"""In one step: its leaf names every key by its digest, and the lock is held for some 20 ms."""
KEEPERS = ("privacy-officer", "safety-officer")
_CONTROLS = ("master-key-rotation",)


class KeyStatus(msgspec.Struct, frozen=True):
    """Which master key is in force, how many people have a key, and how many wait for it."""

    master: str
    people: int
    waiting: int


def key_status(tx: Tx) -> KeyStatus:
    """How far the master key in force has come."""
    return KeyStatus(tx.keys.master, keys_held(tx), keys_to_wrap(tx))


@enforces("master-key-rotation")
def begin_rotation(tx: Tx, actor: Actor) -> KeyStatus:
    """Wrap the service's own secret under the master key in force; from then on it alone wraps.

    Processes that have not seen it yet look for it when they next make a key, and make none while
    they cannot find it. Without anything to do it does nothing.

    Raises:
        Refused: `role-needed`.
        Unavailable: `wrong-master-key`, or what the holder of the master key says.
    """
    check_keeper(actor)
    if wrap_root(tx):
        append(
            tx,
            "master-key-changed",
            controls=_CONTROLS,
            actor=actor,
            facts={"master": tx.keys.master, "people": keys_held(tx)},
        )
    return key_status(tx)


@enforces("master-key-rotation")
def rotate_some(tx: Tx, actor: Actor, most: int = MOST_KEYS) -> int:
    """Wrap the next keys of people anew; how many, 0 at the end. Raises as `begin_rotation`."""
    check_keeper(actor)
    wrapped = wrap_some(tx, most)
    if wrapped:
        facts = {"master": tx.keys.master, "keys": wrapped}
        append(tx, "keys-rewrapped", controls=_CONTROLS, actor=actor, facts=facts)
    return wrapped


@enforces("master-key-rotation")
def retire_masters(tx: Tx, actor: Actor, second: Actor, names: list[str]) -> None:
    """Put on record that old master keys are destroyed; whoever holds them does it afterwards.

    What only they open is lost with them, such as keys of people in backups from before.

    Raises:
        Refused: `role-needed`, or `second-person-needed`.
        Conflict: `keys-wait`, while something is wrapped by another than the one in force.
    """
    check_keeper(actor)
    if second.kind is not ActorKind.STAFF or second.id == actor.id:
        raise Refused("second-person-needed", _ALONE, _ASK_SECOND, article=11)
    waiting = keys_to_wrap(tx)
    if waiting:
        raise Conflict(
            "keys-wait",
            Text(
                zh=f"还有 {waiting} 个密钥由旧的主密钥加密。",
                en=f"{waiting} keys are still wrapped by an old master key.",
            ),
            Text(zh="请先运行 guiju keys rotate。", en="Run guiju keys rotate first."),
        )
    append(
        tx,
        "master-key-retired",
        controls=_CONTROLS,
        actor=actor,
        facts={"master": tx.keys.master, "retired": names, "second": second.id},
    )


def check_keeper(actor: Actor) -> None:
    """Refuse whoever may not handle keys."""
    if actor.kind is not ActorKind.STAFF or not actor.has(*KEEPERS):
        raise Refused("role-needed", _NOT_YOURS, _ASK, article=11)


_NOT_YOURS = Text(
    zh="只有个人信息保护负责人和内容安全负责人可以更换密钥。",
    en="Only a privacy officer or a safety officer may change keys.",
)
_ASK = Text(zh="请由这些岗位操作。", en="Ask one of them.")
_ALONE = Text(zh="销毁旧主密钥须由两人完成。", en="Destroying an old master key takes two people.")
_ASK_SECOND = Text(zh="请指明另一名工作人员。", en="Name another member of staff.")
