# SPDX-License-Identifier: Apache-2.0
"""What is said to whoever may not take a step, and what they can do about it."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Conflict, Invalid, Refused, Text


def wrong_state(state: str, possible: Sequence[Text]) -> Conflict:
    """The thing stands where this verb does not start."""
    if not possible:
        remedy = Text(zh="此状态已是终点。", en="Nothing more can be done with it.")
    else:
        remedy = Text(
            zh=f"现在可以：{'、'.join(one.zh for one in possible)}。",
            en=f"Possible now: {', '.join(one.en for one in possible)}.",
        )
    what = Text(zh=f"当前状态为 {state}，不能如此操作。", en=f"Its state is {state}: not possible.")
    return Conflict("wrong-state", what, remedy)


def role_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """The actor holds none of the roles that may do this."""
    what = Text(
        zh=f"“{verb.zh}”须由{_any(roles).zh}执行。",
        en=f"To {verb.en} takes {_any(roles).en}.",
    )
    remedy = Text(zh="请由具备该岗位的人员办理。", en="Ask someone who holds that role.")
    return Refused("role-needed", what, remedy)


def second_person_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """The actor has acted here before, and this needs other eyes."""
    what = Text(
        zh=f"“{verb.zh}”须由另一人执行，前面经手的人不得再办。",
        en=f"To {verb.en} takes a second person: you have acted here before.",
    )
    remedy = Text(
        zh=f"请由另一位{_any(roles).zh}办理。", en=f"Ask another person with {_any(roles).en}."
    )
    return Refused("second-person-needed", what, remedy)


def person_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """Software asked for what a named person must decide."""
    what = Text(
        zh=f"“{verb.zh}”须由具名的人决定，软件不得代为决定。",
        en=f"To {verb.en} is a decision of a named person; software may not take it.",
    )
    remedy = Text(zh=f"请由{_any(roles).zh}办理。", en=f"Ask a person with {_any(roles).en}.")
    return Refused("person-needed", what, remedy)


def reason_needed(verb: Text) -> Invalid:
    """A decision without a reason."""
    what = Text(zh=f"“{verb.zh}”须写明理由。", en=f"To {verb.en} takes a reason.")
    remedy = Text(zh="请用一句话写明理由。", en="Give the reason in a sentence.")
    return Invalid("reason-needed", what, remedy, param="reason")


def _any(roles: Sequence[str]) -> Text:
    if not roles:
        return Text(zh="任一人员", en="any role")
    return Text(zh=f"岗位 {' 或 '.join(roles)} ", en=f"role {' or '.join(roles)}")
