# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.gateway.scene import Play, caller, on, rules

from guiju.policies import IdentityRules
from guiju.records import Refusal

VIDEO = {"model": "m", "prompt": "一只猫"}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}
ASKED = IdentityRules(level=1, functions={"video": 2})
pytestmark = pytest.mark.control("identity-verification")


@pytest.mark.parametrize("level", [1, 2])
def test_whoever_is_known_well_enough_is_served(level):
    """A level includes those below it."""
    used = replace(rules(), identity=ASKED)
    assert Play(on("/v1/chat/completions", CHAT, used), caller(level=level)).begin().asked


@pytest.mark.parametrize(
    ("path", "body", "level"), [("/v1/chat/completions", CHAT, 0), ("/v1/videos", VIDEO, 1)]
)
def test_whoever_is_not_is_told_what_is_missing_and_where_to_do_it(path, body, level):
    """403 on record; more is asked for some functions than for others."""
    used = replace(rules(), identity=ASKED)
    play = Play(on(path, body, used), caller(level=level)).begin()
    assert not play.asked
    assert isinstance(play.record, Refusal)
    assert play.record.code == "identity-not-verified"
    play.recorded()
    status, said = play.reply
    error = said["error"]
    assert (status, error["code"], error["article"]) == (403, "identity-not-verified", 9)
    assert "/me/security" in error["remedy"]


def test_without_the_part_nobody_s_identity_is_asked_for():
    """As before it could be said."""
    assert Play(on("/v1/chat/completions", CHAT), caller()).begin().asked
