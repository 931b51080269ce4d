# SPDX-License-Identifier: Apache-2.0
"""The `[screening.images]` table of a policy: what must look at a picture, and how closely.

What is not said is the strictest: every part must look, at everything, and what could not be looked
at is blocked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from guiju.kernel import Form, Invalid
from guiju.screening.guards import GuardConfig, read_guards
from guiju.screening.guards import as_table as guard_table
from guiju.screening.images.hashes import MOST_DISTANCE
from guiju.screening.images.limits import MOST_PIXELS_EVER, Limits
from guiju.screening.images.model import PARTS
from guiju.screening.images.pdq import LEAST_QUALITY
from guiju.screening.images.seeing import FAMILY
from guiju.screening.model import Outcome

_CODE = "image-policy-broken"
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
    quality: int = LEAST_QUALITY
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
    form = Form(table, _CODE, place="screening.images")
    form.knows_only([one.name for one in fields(ImagePolicy)])
    return ImagePolicy(
        require=tuple(form.words("require", PARTS, default=PARTS)),
        unscreened=Outcome(form.word("unscreened", _ACTIONS, default="block")),
        mask=Outcome(form.word("mask", _ACTIONS, default="refuse")),
        distance=form.number("distance", 0, MOST_DISTANCE, default=MOST_DISTANCE),
        quality=form.number("quality", 0, 100, default=LEAST_QUALITY),
        frames=form.number("frames", 1, 256, default=16),
        pixels=form.number("pixels", 1, _HUGE, default=50_000_000),
        sampling=form.word("sampling", _SETBACKS, default=_STRICT),
        low_quality=form.word("low_quality", _SETBACKS, default=_STRICT),
        vision=_vision(form),
        limits=_limits(form),
    )


def as_table(policy: ImagePolicy) -> dict[str, Any]:
    """The whole table, from which `read_image_policy` makes the same policy."""
    table = {one.name: getattr(policy, one.name) for one in fields(ImagePolicy)}
    table["require"] = list(policy.require)
    table |= {key: table[key].value for key in ("unscreened", "mask")}
    table["limits"] = {one.name: getattr(policy.limits, one.name) for one in fields(Limits)}
    vision = table.pop("vision")
    return table if vision is None else table | {"vision": guard_table(vision)}


def _vision(form: Form) -> GuardConfig | None:
    if not form.has("vision"):
        return None
    try:
        (guard,) = read_guards({"guard": [form.value("vision")]})
    except Invalid as error:
        raise form.fault("vision", error.what.zh.rstrip("。"), error.what.en.rstrip(".")) from error
    if guard.family != FAMILY:
        raise form.fault("vision", f"family 只能是 {FAMILY}", f"its family must be {FAMILY}")
    return guard


def _limits(form: Form) -> Limits:
    usual = Limits()
    if not form.has("limits"):
        return usual
    inner, names = form.form("limits"), [one.name for one in fields(Limits)]
    inner.knows_only(names)
    most = {"pixels": MOST_PIXELS_EVER}
    return Limits(
        **{
            one: inner.number(one, 1, most.get(one, _HUGE), default=getattr(usual, one))
            for one in names
        }
    )
