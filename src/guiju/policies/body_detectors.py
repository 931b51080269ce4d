# SPDX-License-Identifier: Apache-2.0
"""The parts of a policy's body that say what looks at a text besides words (Articles 4 and 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guiju.kernel import Invalid
from guiju.policies.part import Part
from guiju.screening import DIRECTIONS, Outcome, images
from guiju.screening.classifier import shipped
from guiju.screening.guards import as_table, read_guards
from guiju.screening.personal import KINDS

MODES = ("strict", "balanced", "fast")
WINDOWS = (20, 2_000)
USUAL_WINDOW = 200
_USUAL_DIRECTIONS = ("input", "output")
_OUTCOMES = tuple(one.value for one in Outcome)
_SURE = 1_000


def personal(form: Part) -> dict[str, dict[str, str]]:
    """What is done about each kind of personal information in each direction.

    What passes is not looked for, so it is the same as not named.
    """
    if not form.has("personal"):
        return {}
    table, found = form.form("personal"), {}
    for kind in table.given(KINDS):
        actions = _actions(table.form(kind))
        if actions:
            found[kind] = actions
    return found


def _actions(kind: Part) -> dict[str, str]:
    ways = kind.given(DIRECTIONS)
    if not ways:
        raise kind.fault("", "没有写明方向", f"names no direction: {', '.join(DIRECTIONS)}")
    actions = {way: kind.word(way, _OUTCOMES) for way in ways}
    return {way: action for way, action in actions.items() if action != Outcome.PASS}


def guards(form: Part) -> list[dict[str, Any]]:
    """The guard models, as their own room reads and writes them."""
    rows = form.raw("guard")
    try:
        return [as_table(one) for one in read_guards({"guard": rows})]
    except Invalid as error:
        raise form.passed_on("guard", error) from error


def pictures(form: Part) -> dict[str, Any]:
    """What must look at a picture and how closely, as its own room reads and writes it."""
    if not form.has("images"):
        return {}
    try:
        return images.as_table(images.read_image_policy(form.table("images")))
    except Invalid as error:
        raise form.passed_on("images", error) from error


def stream(form: Part) -> dict[str, Any]:
    """How what is judged by sentences is delivered."""
    if not form.has("stream"):
        return {}
    table = form.form("stream")
    whole = {
        "mode": table.word("mode", MODES, default="balanced"),
        "window": table.number("window", *WINDOWS, default=USUAL_WINDOW),
        "whole": table.flag("whole", default=False),
    }
    table.done()
    return whole


def classifier(form: Part, rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the embedded classifier is asked about, and from when on a person is.

    It is triage: it blocks only together with a named rule that something else has met.
    """
    if not form.has("classifier"):
        return {}
    table = form.form("classifier")
    whole: dict[str, Any] = {
        "directions": table.words("directions", DIRECTIONS, default=_USUAL_DIRECTIONS)
    }
    if table.has("review_from"):
        whole["review_from"] = table.number("review_from", 1, _SURE)
    if table.has("block_from") or table.has("with_rule"):
        whole |= _blocking(table, whole, rules)
    if table.has("artefact"):
        whole["artefact"] = table.digest("artefact")
    table.done()
    return whole


def has_its_classifier(screening: Mapping[str, Any]) -> bool:
    """Whether the classifier that a policy names, if it names one, is the one we have."""
    artefact = screening.get("classifier", {}).get("artefact")
    return artefact is None or artefact == shipped().digest


def _blocking(
    table: Part, whole: dict[str, Any], rules: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    if not table.has("with_rule"):
        raise table.fault(
            "block_from",
            "分类器只作分流，不能单独阻断；请用 with_rule 写明须同时命中的处置规则",
            "the classifier is triage and cannot block alone; "
            "name the rules that must also be met in with_rule",
        )
    least = max(whole.get("review_from", 1), 1)
    return {
        "block_from": table.number("block_from", least, _SURE),
        "with_rule": _helpers(table, whole["directions"], rules),
    }


def _helpers(table: Part, directions: Sequence[str], rules: Sequence[dict[str, Any]]) -> list[str]:
    """The rules, each of which can find fault with a text before the classifier is asked."""
    named = table.words("with_rule", [one["name"] for one in rules])
    for rule in (one for one in rules if one["name"] in named):
        before = {"lexicon", "personal"} & {*rule["detectors"]}
        meets = {*directions} & {*rule["directions"]}
        if not before or not meets or rule["action"] == Outcome.PASS:
            raise table.fault(
                "with_rule",
                f"{rule['name']} 不能与分类器一同阻断：须处置词条或个人信息、不放行、且方向相同",
                f"{rule['name']} cannot block together with the classifier: it must be about "
                "words or personal information in the same direction, and not let them pass",
            )
    return named
