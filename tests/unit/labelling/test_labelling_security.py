# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.labelling.samples import SAMPLES

from guiju.kernel import Conflict
from guiju.labelling import (
    AigcLabel,
    Trust,
    check,
    examine,
    first_write,
    mark,
    new_pair,
    propagate,
    public_text,
    signed,
)
from guiju.labelling.commands import group
from guiju.labelling.containers import CONTAINERS
from guiju.labelling.security import data, sm2
from guiju.measures import rule

CODE, SPREADS = "001191110102MAD55U9H0F10002", "001191110102MAD55U9H0F20002"
LABEL = first_write(CODE, "req_1")
PAIR, OTHER = new_pair(), new_pair()
PINNED = {CODE: frozenset({PAIR.public})}
UNBOUND = {"avi", "mkv", "webm"}
"""Formats in which a label that was replaced leaves a gap behind."""
every = pytest.mark.parametrize("name", sorted(SAMPLES))
bound = pytest.mark.parametrize("name", sorted(SAMPLES.keys() - UNBOUND))


def _file(name: str) -> str:
    return "x" + next(one.suffixes[0] for one in CONTAINERS if one.name == name)


def _trust(content: bytes, name: str, **how: Any) -> tuple[str, str, str]:
    axes = check(content, _file(name), **how).axes
    return axes["signature"], axes["content"], axes["propagator"]


@every
def test_a_signed_label_is_known_by_a_pinned_key_only(name: str) -> None:
    """The key in the file shows that nothing was changed, in every format."""
    content = mark(SAMPLES[name], LABEL, name=_file(name), signer=PAIR).data
    bound = Trust.ABSENT if name in UNBOUND else None
    ways: tuple[tuple[Trust, dict[str, Any]], ...] = (
        (Trust.INTEGRITY, {}),
        (Trust.INTEGRITY, {"pinned": {CODE: frozenset({OTHER.public})}}),
        (Trust.VERIFIED, {"pinned": PINNED}),
    )
    for trust, how in ways:
        assert _trust(content, name, **how) == (trust, bound or trust, Trust.ABSENT)
        report = check(content, _file(name), **how)
        assert {one for one in report.reasons if not one.startswith("explicit")} == set()


@every
def test_signing_again_changes_nothing(name: str) -> None:
    """Each signature is another one, but what is signed already is left alone."""
    content = mark(SAMPLES[name], LABEL, name=_file(name), signer=PAIR).data
    assert mark(content, LABEL, name=_file(name), signer=PAIR).data == content
    with pytest.raises(Conflict):
        mark(content, LABEL, name=_file(name), signer=OTHER)


@bound
def test_a_label_moved_to_other_content_is_noticed(name: str) -> None:
    """The label is as it was, so its own signature holds; the content is not the one it names."""
    label = mark(SAMPLES[name], LABEL, name=_file(name), signer=PAIR).label
    moved = mark(_changed(name), label, name=_file(name)).data
    report = check(moved, _file(name), pinned=PINNED)
    assert (report.axes["signature"], report.axes["content"]) == (Trust.VERIFIED, Trust.FAILED)
    assert (report.verdict, "content-other" in report.reasons) == ("present_invalid", True)


def _changed(name: str) -> bytes:
    """The sample with one bit of its content changed, as far as it is still a file like that."""
    content = SAMPLES[name]
    container = next(one for one in CONTAINERS if one.name == name)
    for at in range(len(content) - 1, len(content) // 2, -1):
        changed = content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]
        contents = container.read(changed)
        if not contents.stopped and not contents.found:
            try:
                mark(changed, LABEL, name=_file(name))
            except Exception:  # noqa: BLE001, S112 - not a file like that any more
                continue
            return changed
    raise AssertionError(f"no bit of {name} can be changed")


@pytest.mark.parametrize("name", ["png", "jpeg", "mp3", "docx"])
def test_passing_on_keeps_the_producers_signature_and_adds_one(name: str) -> None:
    """The content is still bound: a propagator's fields are no part of it."""
    name = "ooxml" if name == "docx" else name
    content = mark(SAMPLES[name], LABEL, name=_file(name), signer=PAIR).data
    passed = propagate(content, SPREADS, "p-9", name=_file(name), signer=OTHER).data
    known = {**PINNED, SPREADS: frozenset({OTHER.public})}
    assert _trust(passed, name, pinned=known) == ("verified", "verified", "verified")
    assert _trust(passed, name, pinned=PINNED) == ("verified", "verified", "integrity-only")


@pytest.mark.parametrize(
    "other",
    [{"Label": "2"}, {"ContentProducer": SPREADS}, {"ProduceID": "req_2"}],
)
def test_a_changed_label_has_a_signature_that_failed(other: dict[str, str]) -> None:
    """Each of the three signed fields; the reason names where the signature stands."""
    changed = AigcLabel.from_fields(signed(LABEL, PAIR).fields | other)
    standing = examine(changed, lambda: None)
    assert (standing.signature, standing.content) == (Trust.FAILED, Trust.ABSENT)
    report = check(mark(SAMPLES["png"], changed).data)
    assert "signature-failed:ReservedCode1" in report.reasons


def _altered(change: str, label: AigcLabel) -> str:
    said = json.loads(label.reserved_code1)
    inner = said["SecurityData"]
    if change == "vendor-spelling":
        inner["PubSD"][0]["TBSData"]["Type"] = "LabelMataData"
        inner["PubSD"][0]["Signature"] = json.loads(
            signed(replace(LABEL, produce_id="r"), PAIR).reserved_code1
        )["SecurityData"]["PubSD"][0]["Signature"]
    elif change == "vendor-member":
        inner["PubSd"] = inner.pop("PubSD")
        inner["PubSd"][0]["Signature"] = "3006020101020101"
    elif change == "other-algorithm":
        inner["PubSD"][0]["AlgID"] = "1.2.840.113549.1.1.11"
    elif change == "no-key":
        inner["PubSD"].pop()
    elif change == "bare-x":
        inner["PubSD"][-1]["KeyValue"] = "00" + "ab" * 32
    return json.dumps(said, separators=(",", ":"))


@pytest.mark.parametrize(
    "change", ["vendor-spelling", "vendor-member", "other-algorithm", "no-key", "bare-x"]
)
def test_what_vendors_write_otherwise_is_unsupported_and_never_failed(change: str) -> None:
    """Nobody knows what they have signed, so nothing is said about it."""
    label = replace(LABEL, reserved_code1=_altered(change, signed(LABEL, PAIR)))
    assert examine(label, lambda: None).signature is Trust.UNSUPPORTED


@pytest.mark.parametrize(
    "text",
    ["L-77af", "[]", "{}", "null", '{"SecurityData":1}', '{"SecurityData":{"PubSD":[1]}}', "{" * 9],
)
def test_anything_else_in_the_field_is_unsupported(text: str) -> None:
    """Opaque ids and hostile JSON alike; the field is the provider's own."""
    assert examine(replace(LABEL, reserved_code1=text), lambda: None).signature == "unsupported"
    assert examine(replace(LABEL, reserved_code2=text), lambda: None).propagator == "unsupported"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Type", "AlgID", "TBSData", "Signature", "KeyValue", "PubSD", "Bindings"]
            ),
            inner | st.sampled_from(["DS", "PubKey", "Md", "TC260PG", "1.2.156.10197.1.501"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(inner=json_values)
def test_reading_security_data_never_raises(inner: Any) -> None:
    """Whatever JSON stands in the field."""
    text = json.dumps({"SecurityData": inner})
    data.read(text)
    examine(replace(LABEL, reserved_code1=text), lambda: None)


def test_it_is_written_as_the_guide_has_it() -> None:
    """Every word of it is a rule; the message has three pairs without braces."""
    inner = json.loads(signed(LABEL, PAIR).reserved_code1)["SecurityData"]
    required = str(rule("security-data.members.required").value).split(",")
    assert list(inner)[:2] == required
    assert (inner["Type"], inner["Version"]) == (
        rule("security-data.type").value,
        rule("security-data.version").value,
    )
    kinds = str(rule("security-data.entry.types").value).split("|")
    assert [one["Type"] for one in inner["PubSD"]] == kinds
    assert inner["PubSD"][0]["AlgID"] == rule("security-data.algorithm.oid").value
    assert inner["PubSD"][0]["TBSData"]["Type"] in str(rule("security-data.signed.types").value)
    message = data.label_message(LABEL, 1).decode()
    assert message == f'"Label":"1","ContentProducer":"{CODE}","ProduceID":"req_1"'
    assert len(message.split(",")) == rule("security-data.label-message.pairs").value
    assert rule("security-data.sm2-user.id").value == sm2.USER.decode()


def test_the_command_line_makes_keys_signs_and_checks(tmp_path: Path) -> None:
    """From a new key to a verdict that knows the provider."""
    run = CliRunner()
    made = run.invoke(group, ["key", str(tmp_path / "k"), "--producer", CODE])
    (tmp_path / "pinned.json").write_text(made.stdout)
    (tmp_path / "sea.png").write_bytes(SAMPLES["png"])
    put = ["put", str(tmp_path / "sea.png"), "--out", str(tmp_path / "out"), "--producer", CODE]
    done = run.invoke(group, [*put, "--no-explicit", "--key", str(tmp_path / "k"), "--json"])
    assert done.exit_code == 0, done.output
    assert "SecurityData" in json.loads(done.stdout)["label"]["ReservedCode1"]
    look = ["check", str(tmp_path / "out" / "sea.png"), "--json"]
    told = run.invoke(group, [*look, "--pinned", str(tmp_path / "pinned.json")])
    axes = json.loads(told.stdout)["axes"]
    assert (axes["signature"], axes["content"]) == ("verified", "verified")
    spread = run.invoke(group, ["key", str(tmp_path / "k2")])
    assert spread.stdout.strip().startswith(public_text(PAIR.public)[:50])
    passed = ["propagate", look[1], "--out", str(tmp_path / "on"), "--propagator", SPREADS]
    done = run.invoke(group, [*passed, "--key", str(tmp_path / "k2"), "--json"])
    assert done.exit_code == 0, done.output
    axes = check(tmp_path / "on" / "sea.png").axes
    assert (axes["signature"], axes["propagator"]) == ("integrity-only", "integrity-only")


def test_a_plain_text_has_its_signed_label_beside_it(tmp_path: Path) -> None:
    """The side-car is checked as other labels are; no bytes of the text are bound."""
    run = CliRunner()
    run.invoke(group, ["key", str(tmp_path / "k")])
    (tmp_path / "a.txt").write_text("海是蓝的。")
    put = ["put", str(tmp_path / "a.txt"), "--out", str(tmp_path / "out"), "--producer", CODE]
    assert run.invoke(group, [*put, "--key", str(tmp_path / "k")]).exit_code == 0
    axes = check(tmp_path / "out" / "a.txt").axes
    assert (axes["signature"], axes["content"]) == ("integrity-only", "absent")
