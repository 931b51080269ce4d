# SPDX-License-Identifier: Apache-2.0
"""The families of guard models: how each is asked, how it is read, what harms it can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from guiju.kernel import digest
from guiju.screening.guards import jsonjudge, llamaguard, qwen3guard, shieldgemma, shieldlm
from guiju.screening.guards.asking import Request, Turn
from guiju.screening.guards.categories import LLAMA_GUARD, QWEN3GUARD, SHIELDGEMMA, UNNAMED
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.envelope import Reply, opened
from guiju.screening.guards.verdict import GuardVerdict, Level, UnreadableError


@dataclass(frozen=True, slots=True)
class Family:
    """One family; `harms` are those it can tell (None: all), `keys` the settings only it knows."""

    ask: Callable[[GuardConfig, Turn], tuple[Request, ...]]
    read: Callable[[GuardConfig, Request, Reply], GuardVerdict]
    harms: frozenset[str] | None = None
    keys: frozenset[str] = frozenset()


def _meant(table: Mapping[str, Iterable[str]]) -> frozenset[str]:
    return frozenset(harm for harms in table.values() for harm in harms)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "qwen3guard": Family(qwen3guard.ask, qwen3guard.read, _meant(QWEN3GUARD)),
        "llama-guard": Family(llamaguard.ask, llamaguard.read, _meant(LLAMA_GUARD)),
        "shieldgemma": Family(
            shieldgemma.ask,
            shieldgemma.read,
            _meant(SHIELDGEMMA),
            frozenset({"unsafe_from", "controversial_from", "template"}),
        ),
        "shieldlm": Family(shieldlm.ask, shieldlm.read),
        "judge": Family(jsonjudge.ask, jsonjudge.read, keys=frozenset({"max_tokens"})),
    }
)


def requests(guard: GuardConfig, turn: Turn) -> tuple[Request, ...]:
    """The questions to `guard` about `turn`; all of them must be answered."""
    return FAMILIES[guard.family].ask(guard, turn)


def read(guard: GuardConfig, asked: Request, raw: bytes) -> GuardVerdict:
    """What the reply `raw` to `asked` says; an unparsed verdict when that is not certain."""
    try:
        verdict = FAMILIES[guard.family].read(guard, asked, opened(raw))
    except UnreadableError as error:
        harms = (UNNAMED,) if error.level not in {None, Level.SAFE} else ()
        verdict = GuardVerdict("unparsed", error.level, harms=harms, reason=error.reason)
    return replace(verdict, raw=digest(raw))
