# SPDX-License-Identifier: Apache-2.0
"""How one guard model is asked and what its word counts for: a part of the policy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from guiju.kernel import canonical, digest
from guiju.screening.model import Outcome

SERVED = ("input", "output")  # where a guard stands when its table does not say
WORDING = 1  # raise it when a prompt or a parser changes: verdicts of before mean something else


@dataclass(frozen=True, slots=True)
class GuardConfig:
    """One `[[screening.guard]]` table.

    `key` names the environment variable or sealed secret that holds the key, never the key itself.
    `harms` are those it decides about (none named: all that it knows). `on_error` is what happens
    when it does not answer or cannot be understood: closed unless the policy says otherwise.
    """

    name: str
    family: str
    url: str
    model: str
    key: str = ""
    directions: tuple[str, ...] = SERVED
    harms: tuple[str, ...] = ()
    unsafe: Outcome = Outcome.BLOCK
    controversial: Outcome = Outcome.REVIEW
    on_error: Outcome = Outcome.BLOCK
    timeout_ms: int = 3_000
    concurrency: int = 8
    window: int = 4_000
    max_tokens: int = 0  # 0: what the family needs
    unsafe_from: int = 500  # ShieldGemma: the chance of a Yes, per mille, from which it counts
    controversial_from: int = 300
    template: str = "server"  # ShieldGemma: who puts the question into words, "server" or "message"

    @property
    def chat_url(self) -> str:
        """Where questions are posted."""
        return f"{self.url.rstrip('/')}/chat/completions"


def as_table(guard: GuardConfig) -> dict[str, Any]:
    """The table that reads as `guard`, without what stands at its default."""
    return {
        field.name: _plain(getattr(guard, field.name))
        for field in fields(guard)
        if getattr(guard, field.name) != field.default
    }


def digest_of(guard: GuardConfig) -> str:
    """The digest of all that a verdict may depend on besides the text."""
    table = {field.name: _plain(getattr(guard, field.name)) for field in fields(guard)}
    return digest(canonical({"wording": WORDING, "guard": table}))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Outcome) else value
