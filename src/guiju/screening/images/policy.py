# SPDX-License-Identifier: Apache-2.0
"""The `[screening.images]` table of a policy: what must look at a picture, and how closely.

What is not said is the strictest: every part must look, at everything, and what could not be looked
at is blocked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from guiju.kernel import Invalid, Text
from guiju.screening.guards import GuardConfig, read_guards
from guiju.screening.guards import as_table as guard_table
from guiju.screening.images.hashes import MOST_DISTANCE
from guiju.screening.images.limits import MOST_PIXELS_EVER, Limits
from guiju.screening.images.model import PARTS
from guiju.screening.images.seeing import FAMILY
from guiju.screening.model import Outcome

_STRICT, _ACCEPT = "not-screened", "accept"
_SETBACKS = (_STRICT, _ACCEPT)
_ACTIONS = ("review", "refuse", "block")
_HUGE = 1 << 40


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """How pictures are judged.

    `unscreened` is what happens to a picture that a required part could not look at; `mask` what
    happens in place of starring out, which a picture does not allow. `frames` of an animation and
    `pixels` of all views are looked at. `sampling` and `low_quality` say whether a look at a part
    of the frames, and a picture too plain for a hash, count as screened.
    """

    require: tuple[str, ...] = PARTS
    unscreened: Outcome = Outcome.BLOCK
    mask: Outcome = Outcome.REFUSE
    distance: int = MOST_DISTANCE
    quality: int = 50
    frames: int = 16
    pixels: int = 50_000_000
    sampling: str = _STRICT
    low_quality: str = _STRICT
    vision: GuardConfig | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def accepts_sampling(self) -> bool:
        """Whether frames that were left out may be called screened."""
        return self.sampling == _ACCEPT

    @property
    def accepts_low_quality(self) -> bool:
        """Whether a picture that has no hash worth a name may be called screened."""
        return self.low_quality == _ACCEPT


def read_image_policy(table: Mapping[str, Any]) -> ImagePolicy:
    """The policy in the table; an empty one is the strictest.

    Raises:
        Invalid: `image-policy-broken`, with the place, e.g. `screening.images.distance`.
    """
    row = _Row("screening.images", table)
    row.knows_only([one.name for one in fields(ImagePolicy)])
    return ImagePolicy(
        require=row.parts("require"),
        unscreened=Outcome(row.word("unscreened", _ACTIONS, "block")),
        mask=Outcome(row.word("mask", _ACTIONS, "refuse")),
        distance=row.number("distance", MOST_DISTANCE, MOST_DISTANCE, least=0),
        quality=row.number("quality", 50, 100, least=0),
        frames=row.number("frames", 16, 256),
        pixels=row.number("pixels", 50_000_000, _HUGE),
        sampling=row.word("sampling", _SETBACKS, _STRICT),
        low_quality=row.word("low_quality", _SETBACKS, _STRICT),
        vision=_vision(row),
        limits=_limits(row),
    )


def as_table(policy: ImagePolicy) -> dict[str, Any]:
    """The whole table, from which `read_image_policy` makes the same policy."""
    table = {one.name: getattr(policy, one.name) for one in fields(ImagePolicy)}
    table["require"] = list(policy.require)
    table |= {key: table[key].value for key in ("unscreened", "mask")}
    table["limits"] = {one.name: getattr(policy.limits, one.name) for one in fields(Limits)}
    vision = table.pop("vision")
    return table if vision is None else table | {"vision": guard_table(vision)}


def _vision(row: _Row) -> GuardConfig | None:
    table = row.values.get("vision")
    if table is None:
        return None
    try:
        (guard,) = read_guards({"guard": [table]})
    except Invalid as error:
        raise row.fault("vision", error.what.zh, error.what.en) from error
    if guard.family != FAMILY:
        raise row.fault("vision", f"family 只能是 {FAMILY}", f"its family must be {FAMILY}")
    return guard


def _limits(row: _Row) -> Limits:
    usual = Limits()
    inner = _Row(f"{row.place}.limits", row.values.get("limits", {}))
    names = [one.name for one in fields(Limits)]
    inner.knows_only(names)
    most = {"pixels": MOST_PIXELS_EVER}
    return Limits(
        **{one: inner.number(one, getattr(usual, one), most.get(one, _HUGE)) for one in names}
    )


class _Row:
    """One table and its place."""

    def __init__(self, place: str, values: object) -> None:
        self.place = place
        if not isinstance(values, Mapping):
            raise _broken(place, "应为一组键值", "must be a table")
        self.values = values

    def knows_only(self, known: Collection[str]) -> None:
        for key in self.values:
            if key not in known:
                near = get_close_matches(str(key), known, n=1) or sorted(known)
                listed = ", ".join(near)
                raise self.fault(key, f"未知字段，可用：{listed}", f"unknown key; known: {listed}")

    def parts(self, key: str) -> tuple[str, ...]:
        named = self.values.get(key, PARTS)
        if not isinstance(named, list | tuple) or not named or not set(PARTS).issuperset(named):
            listed = ", ".join(PARTS)
            raise self.fault(key, f"应为以下各项的列表：{listed}", f"must be a list of {listed}")
        return tuple(one for one in PARTS if one in named)

    def word(self, key: str, choices: Collection[str], usual: str) -> str:
        value = self.values.get(key, usual)
        if not isinstance(value, str) or value not in choices:
            listed = ", ".join(choices)
            raise self.fault(key, f"只能是 {listed}", f"must be one of {listed}")
        return value

    def number(self, key: str, usual: int, most: int, *, least: int = 1) -> int:
        value = self.values.get(key, usual)
        if type(value) is not int or not least <= value <= most:
            zh, en = f"应为 {least} 到 {most} 的整数", f"must be a whole number, {least} to {most}"
            raise self.fault(key, zh, en)
        return value

    def fault(self, key: str, zh: str, en: str) -> Invalid:
        return _broken(f"{self.place}.{key}", zh, en)


def _broken(place: str, zh: str, en: str) -> Invalid:
    return Invalid(
        "image-policy-broken",
        Text(zh=f"{place}：{zh}。", en=f"{place}: {en}."),
        Text(zh="请更正规则后重试。", en="Correct the policy and try again."),
        article=4,
        param=place,
    )
