# SPDX-License-Identifier: Apache-2.0
"""Which models a key may ask for: all that the policy names, or some of them (Article 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from guiju.accounts import key_model_store, people, refusing, store
from guiju.accounts.roles import KEEPERS, requires_role
from guiju.kernel import Actor, Invalid, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONTROLS = ("account-and-keys",)
MOST_MODELS = 100
_LONGEST = 100


@enforces("account-and-keys")
def set_models(
    tx: Tx, actor: Actor, key: str, models: Sequence[str], reason: str
) -> tuple[str, ...]:
    """Let `key` ask for these models only; none: for all again. Caches must be told of the key.

    Names are those that people ask under. They are not held against the policy: a name may be
    given before the policy knows it, and opens nothing until then.

    Raises:
        Refused: `role-needed`.
        NotFound: `key-not-found`.
        Invalid: `models-invalid` or `reason-code-invalid`.
    """
    requires_role(actor, *KEEPERS)
    if store.find_key(tx, key) is None:
        raise refusing.no_such_key()
    if not people.is_reason(reason):
        raise refusing.bad_reason()
    names = tuple(sorted(set(models)))
    _check(names)
    before = key_model_store.models_of(tx, [key]).get(key, ())
    key_model_store.put(tx, key, names, reason, actor.id)
    append(
        tx,
        "key-models-changed",
        controls=CONTROLS,
        actor=actor,
        subject=key,
        facts={"key": key, "from": list(before), "to": list(names), "reason": reason},
    )
    return names


def models_of(tx: Tx, keys: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The models by key, for those that may not ask for all."""
    return key_model_store.models_of(tx, keys)


def _check(names: Sequence[str]) -> None:
    if len(names) <= MOST_MODELS and all(
        one.isprintable() and one.strip() == one and 1 <= len(one) <= _LONGEST for one in names
    ):
        return
    raise Invalid(
        "models-invalid",
        Text(zh="模型名称无效。", en="These are no names of models."),
        Text(
            zh=f"请填至多 {MOST_MODELS} 个名称，每个不超过 {_LONGEST} 字。",
            en=f"Give at most {MOST_MODELS} names of at most {_LONGEST} characters.",
        ),
        param="models",
    )
