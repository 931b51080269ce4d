# SPDX-License-Identifier: Apache-2.0
"""Stops: a route, a model or a scene that a named person has taken out of service, at once.

Illegal content that was found is to be stopped at once (Article 14), and a fault must not go on
doing harm (Article 13). One person may stop, with a reason; only an officer lets it run again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, GuijuError, NotFound, Text, Unavailable
from guiju.policies.model import OFFICER

OPERATOR, ACCOUNTABLE = "operator", "accountable-person"
STOPPERS = (OFFICER, OPERATOR, ACCOUNTABLE)
RESUMERS = (OFFICER, ACCOUNTABLE)
DIRECT = "direct"
"""The scene of people who come with keys of their own; any other scene is one of the apps."""


PART_STOPPED = "part-stopped"
PART_RESUMED = "part-resumed"


class StopKind(StrEnum):
    """What can be stopped. Of scenes a request shows through which app it comes."""

    ROUTE = "route"
    MODEL = "model"
    SCENE = "scene"


class StopState(StrEnum):
    """Where a stop stands."""

    DRAFT = "draft"
    IN_FORCE = "in-force"
    LIFTED = "lifted"


STOPS = Machine(
    "stop",
    StopState.DRAFT,
    [
        Transition(
            StopState.DRAFT,
            "stop",
            StopState.IN_FORCE,
            Text(zh="停用", en="stop a part of the service"),
            PART_STOPPED,
            roles=STOPPERS,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            StopState.IN_FORCE,
            "resume",
            StopState.LIFTED,
            Text(zh="恢复", en="let a part of the service run again"),
            PART_RESUMED,
            roles=RESUMERS,
            by_person=True,
            needs_reason=True,
        ),
    ],
)


class Target(NamedTuple):
    """What a stop stops: `route /v1/embeddings`, `model demo`, `scene ap_...` or `scene direct`."""

    kind: StopKind
    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop; `case` is the number of the case that it was taken for."""

    id: str
    kind: StopKind
    name: str
    state: StopState
    case: str | None
    taken_by: str
    taken_at: datetime
    reason: str
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifted_for: str | None = None

    @property
    def target(self) -> Target:
        """What it stops."""
        return Target(self.kind, self.name)

    @property
    def in_force(self) -> bool:
        """Whether it stops anything now."""
        return self.state is StopState.IN_FORCE

    def facts(self) -> dict[str, Any]:
        """What evidence says of it: never the reason, which stands in the row it attests."""
        said = {"stop": self.id, "part": self.kind.value, "name": self.name}
        return said if self.case is None else said | {"case": self.case}


class Stopped:
    """What is stopped now, in memory: one object for as long as a process lives.

    Every request asks it, so what is usual, that nothing is stopped, costs one look at an empty
    set. A newer state replaces an older one and never the other way round.
    """

    __slots__ = ("_as_of", "_models", "_routes", "_scenes", "_targets")

    def __init__(self) -> None:
        """Nothing is known to be stopped."""
        self._as_of: datetime | None = None
        self._take(frozenset())

    def __bool__(self) -> bool:
        """Whether anything is stopped."""
        return bool(self._targets)

    def become(self, targets: Iterable[Target], as_of: datetime) -> bool:
        """Take up what was read at `as_of`; whether it is another state than before."""
        if self._as_of is not None and as_of < self._as_of:
            return False
        before, self._as_of = self._targets, as_of
        self._take(frozenset(targets))
        return before != self._targets

    def _take(self, targets: frozenset[Target]) -> None:
        self._targets = targets
        # By kind: whoever asks makes no tuples to ask with.
        self._routes, self._models, self._scenes = (
            frozenset(one.name for one in targets if one.kind is kind) for kind in StopKind
        )

    def why(self, route: str, model: str, app: str | None) -> GuijuError | None:
        """The error for a request of this route, model and app; None where nothing stands."""
        if not self._targets:
            return None
        if model in self._models:
            return stopped(Target(StopKind.MODEL, model))
        if (scene := app or DIRECT) in self._scenes:
            return stopped(Target(StopKind.SCENE, scene))
        if self._routes:
            for one in _parents(route):
                if one in self._routes:
                    return stopped(Target(StopKind.ROUTE, one))
        return None

    def check(self, route: str, model: str, app: str | None) -> None:
        """Raise Unavailable `route-stopped`, `model-stopped` or `scene-stopped`."""
        error = self.why(route, model, app)
        if error is not None:
            raise error


def _parents(route: str) -> Iterable[str]:
    """A route and what it is a part of: whoever stops `/v1/videos` stops the films below it."""
    parts = route.rstrip("/").split("/")
    return ("/".join(parts[:end]) for end in range(len(parts), 1, -1))


_NAMES = {
    StopKind.ROUTE: Text(zh="此接口", en="this route"),
    StopKind.MODEL: Text(zh="此模型", en="this model"),
    StopKind.SCENE: Text(zh="此应用场景", en="this scene of use"),
}


def stopped(target: Target) -> Unavailable:
    """The error for whoever asks what is stopped."""
    name = _NAMES[target.kind]
    shown = target.name[:80]
    return Unavailable(
        f"{target.kind.value}-stopped",
        Text(
            zh=f"服务提供者已暂停{name.zh}（{shown}）。",
            en=f"The provider has stopped {name.en} ({shown}) for now.",
        ),
        Text(
            zh="其余部分照常可用；恢复情况见 /status。",
            en="Everything else goes on; /status says when this does.",
        ),
        article=14,
    )


def stopped_already(other: Stop) -> Conflict:
    """The error for what is stopped already."""
    return Conflict(
        "stop-stands",
        Text(zh=f"已由 {other.id} 停用。", en=f"It is stopped already, by {other.id}."),
        Text(zh="无需重复停用。", en="There is nothing more to do."),
        article=14,
    )


def no_such_stop(name: str) -> NotFound:
    """The error for an id that no stop has."""
    return NotFound(
        "stop-unknown",
        Text(zh=f"没有停用记录 {name[:60]!r}。", en=f"There is no stop {name[:60]!r}."),
        Text(zh="运行 guiju incident stops 查看。", en="See all with guiju incident stops."),
    )


def overtaken_stop() -> Conflict:
    """The error when somebody else did something at the same moment."""
    return Conflict(
        "stop-overtaken",
        Text(zh="他人刚刚处理了此项停用。", en="Somebody else has just dealt with this stop."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )
