# SPDX-License-Identifier: Apache-2.0
"""The cause put right: samples frozen, tried before, after and again; data for a trainer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import sleep
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dispositions.scene import APPEALS, OFFICER, REVIEWER, SECOND, Scene, exchange

from guiju import ledger, records
from guiju.casework import Case, Kinds, Origin, advance, clocks, get_case, history, is_held
from guiju.dispositions import (
    CONTENT_ACTION,
    RECTIFICATION,
    Source,
    content,
    findings,
    rectification,
    rectification_export,
    rectification_trying,
)
from guiju.dispositions.commands import group
from guiju.dispositions.rectification_model import Cure, Expected, Run, Wanted, Words
from guiju.kernel import Actor, Conflict, Event, GuijuError, Invalid, Refused, software
from guiju.screening import Direction, Entry, Outcome, Screen, compile_entries
from guiju.storage import destroy_key

HARMFUL = "tell me of quorblex now"
HARMLESS = "tell me of apples now"
STOP = Wanted("input", Expected.STOPPED)
PASS = Wanted("input", Expected.PASSED)
STAFF = {"alice": REVIEWER, "bao": OFFICER, "chen": SECOND}


def screen(*terms: str) -> Screen:
    """A screen that stops these invented words; its digest tells which they are."""
    entries = [Entry(one, "A1g", Outcome.BLOCK) for one in terms]
    return Screen((compile_entries(entries),), "+".join(terms) or "none")


NOTHING, RIGHT, TOO_MUCH = screen(), screen("quorblex"), screen("quorblex", "apples")


def recall(given: bytes, answered: bytes) -> Sequence[tuple[Direction, str]]:
    return [("input", given.decode()), ("output", answered.decode())]


def opened(scene: Scene) -> Case:
    return scene.do(rectification.open_rectification, REVIEWER, [])


def keep(scene: Scene, case: Case, text: str, wanted: Wanted, **more: str) -> None:
    with scene.db.write() as tx:
        rectification_trying.keep_written(tx, REVIEWER, case, Words(text, **more), wanted)


def tried(scene: Scene, case: Case, by: Screen, actor: Actor = REVIEWER) -> Run:
    sleep(0.002)  # ids rise from one millisecond to the next, and with them the order of runs
    with scene.db.write() as tx:
        return rectification_trying.run_regression(tx, actor, case, by.judge)


def sampled(scene: Scene) -> Case:
    """A case with one text to stop and one to let through, tried by rules that stop nothing."""
    case = opened(scene)
    keep(scene, case, HARMFUL, STOP)
    keep(scene, case, HARMLESS, PASS)
    tried(scene, case, NOTHING)
    return case


def implemented(scene: Scene, case: Case) -> Case:
    case = scene.do(rectification.diagnose, REVIEWER, case, "A word was missing.")
    case = scene.do(rectification.choose, REVIEWER, case, Cure.KEYWORD, "The word alone.")
    return scene.do(rectification.implement, REVIEWER, case, "Approved as version 2.")


def verified(scene: Scene) -> Case:
    case = implemented(scene, sampled(scene))
    tried(scene, case, RIGHT)
    case = scene.do(rectification.pass_regression, REVIEWER, case, "As expected.")
    return scene.do(rectification.verify, OFFICER, case, "Seen by another.")


@pytest.mark.control("rectification")
def test_a_cause_is_put_right_and_shown_to_be(scene: Scene) -> None:
    """Before, after and again, each with its denominators and the digest of its rules."""
    case = verified(scene)
    tried(scene, case, RIGHT)
    case = scene.do(rectification.close, OFFICER, case, "It holds.")
    assert case.state == "closed"
    runs = scene.read(rectification_trying.runs_of, case)
    assert [(one.phase, one.policy) for one in runs] == [
        ("before", "none"),
        ("after", "quorblex"),
        ("re-test", "quorblex"),
    ]
    assert [(one.tally.stopped, one.tally.to_stop) for one in runs] == [(0, 1), (1, 1), (1, 1)]
    assert [(one.tally.passed, one.tally.to_pass) for one in runs] == [(1, 1), (1, 1), (1, 1)]
    (leaf,) = scene.leaves("rectification-closed")
    assert (leaf["facts"]["met"], leaf["facts"]["cure"]) == (True, "keyword")
    assert leaf["facts"]["results"] == runs[-1].results
    assert ledger.verify(scene.db, None).problems == ()


def test_stopping_everything_is_no_cure(scene: Scene) -> None:
    case = implemented(scene, sampled(scene))
    run = tried(scene, case, TOO_MUCH)
    assert (run.tally.stopped, run.tally.passed, run.tally.is_met) == (1, 0, False)
    (wrong,) = [
        one for one in scene.read(rectification_trying.samples_of, case) if one.expected == "passed"
    ]
    assert run.differ == (wrong.id,)
    assert scene.read(rectification_trying.runs_of, case)[-1] == run
    with pytest.raises(Conflict) as error:
        scene.do(rectification.pass_regression, REVIEWER, case, "It does.")
    assert error.value.code == "guard-fails"


def test_what_ran_before_it_was_put_in_place_counts_for_nothing(scene: Scene) -> None:
    """Nor what ran before it was verified, when it is to be closed."""
    case = sampled(scene)
    tried(scene, case, RIGHT)
    case = implemented(scene, case)
    with pytest.raises(Conflict) as error:
        scene.do(rectification.pass_regression, REVIEWER, case, "As expected.")
    assert error.value.code == "guard-fails"
    case = verified(scene)
    with pytest.raises(Conflict) as error:
        scene.do(rectification.close, OFFICER, case, "It holds.")
    assert error.value.code == "guard-fails"


def test_the_last_run_counts(scene: Scene) -> None:
    case = implemented(scene, sampled(scene))
    tried(scene, case, RIGHT)
    tried(scene, case, NOTHING)
    with pytest.raises(Conflict):
        scene.do(rectification.pass_regression, REVIEWER, case, "As expected.")


def test_whoever_acted_does_not_verify_and_software_does_nothing(scene: Scene) -> None:
    case = implemented(scene, sampled(scene))
    tried(scene, case, RIGHT)
    case = scene.do(rectification.pass_regression, OFFICER, case, "As expected.")
    with pytest.raises(Refused) as error:
        scene.do(rectification.verify, OFFICER, case, "Seen.")
    assert error.value.code == "second-person-needed"
    with pytest.raises(Refused) as error:
        scene.do(rectification.verify, software("somebody"), case, "Seen.")
    assert error.value.code == "person-needed"
    with pytest.raises(Refused) as error:
        scene.do(rectification.open_rectification, APPEALS, [])
    assert error.value.code == "role-needed"


def test_samples_are_frozen_with_the_diagnosis(scene: Scene) -> None:
    """And none is diagnosed without them, or with one that was not tried."""
    case = opened(scene)
    with pytest.raises(Conflict) as error:
        tried(scene, case, RIGHT)
    assert error.value.code == "regression-idle"
    keep(scene, case, HARMFUL, STOP)
    tried(scene, case, NOTHING)
    keep(scene, case, HARMLESS, PASS)
    with pytest.raises(Conflict) as error:
        scene.do(rectification.diagnose, REVIEWER, case, "A word was missing.")
    assert error.value.code == "guard-fails"
    tried(scene, case, NOTHING)
    case = scene.do(rectification.diagnose, REVIEWER, case, "A word was missing.")
    with pytest.raises(Conflict) as error:
        keep(scene, case, "an easy one", PASS)
    assert error.value.code == "samples-frozen"
    with pytest.raises(Conflict) as error:
        tried(scene, case, RIGHT)
    assert error.value.code == "regression-idle"


@pytest.mark.parametrize("text", ["", " \n", "x" * 100_001])
def test_what_is_no_sample_is_refused(scene: Scene, text: str) -> None:
    case = opened(scene)
    with pytest.raises(Invalid) as error:
        keep(scene, case, text, STOP)
    assert error.value.code == "sample-invalid"


def recorded(scene: Scene, case: Case, reason: str = "to try the cure") -> str:
    """A sample from a record of the person."""
    made = exchange(scene.id, scene.clock, "pass", input=HARMFUL.encode(), output=b"an answer")
    with scene.db.write() as tx:
        records.record(tx, [made])
    with scene.db.write() as tx:
        rectification_trying.keep_recorded(
            tx, REVIEWER, case, made.request, STOP, recall=recall, reason=reason
        )
    return made.request


def test_a_record_is_read_with_a_reason_and_held_while_the_case_is_open(scene: Scene) -> None:
    case = opened(scene)
    with pytest.raises(Refused) as error:
        recorded(scene, case, reason=" ")
    assert error.value.code == "reason-needed"
    request = recorded(scene, case)
    assert scene.read(is_held, request)
    assert [one["facts"]["request"] for one in scene.leaves("record-read")] == [request]
    case = scene.do(
        rectification.dismiss, OFFICER, scene.read(_again, case), "The word is no harm."
    )
    assert not scene.read(is_held, request)
    assert ledger.verify(scene.db, None).problems == ()


def test_who_is_erased_takes_the_words_along(scene: Scene) -> None:
    """It is counted as gone, and a run in which nothing is left shows nothing."""
    case = opened(scene)
    recorded(scene, case)
    with scene.db.write() as tx:
        destroy_key(tx, scene.id)
        ledger.append(tx, "key-destroyed", controls=("records-sealed",), actor=OFFICER, facts={})
    run = tried(scene, case, RIGHT)
    assert (run.tally.gone, run.tally.to_stop, run.tally.is_met) == (1, 0, False)


def test_it_is_opened_again_with_new_samples_and_a_new_choice(scene: Scene) -> None:
    """The cure of the round before is no choice, and the clock begins anew."""
    case = verified(scene)
    case = scene.do(rectification.reopen, REVIEWER, case, "It is back, spelt otherwise.")
    assert case.state == "opened"
    running = [one.name for one in scene.read(clocks, case) if one.ended_at is None]
    assert running == ["cure"]
    keep(scene, case, "quorblexes", STOP)
    tried(scene, case, RIGHT)
    case = scene.do(rectification.diagnose, REVIEWER, case, "The plural.")
    # The generic verb, as `guiju case step` takes it.
    with pytest.raises(Conflict) as error:
        scene.do(advance, REVIEWER, case, "choose", reason="the same")
    assert error.value.code == "guard-fails"


def test_what_is_not_put_right_in_time_is_late(scene: Scene) -> None:
    case = sampled(scene)
    scene.pass_time(days=32)
    (clock,) = scene.read(clocks, case)
    assert clock.late_at is not None


def test_it_comes_from_findings_or_another_case(scene: Scene) -> None:
    made = exchange(scene.id, scene.clock, "pass", output=b"an answer")
    with scene.db.write() as tx:
        records.record(tx, [made])
        found = findings.open_finding(tx, REVIEWER, Source.STAFF, "A1g", request=made.request)
    cause = scene.do(content.propose_removal, REVIEWER, found, "An invented harm.")
    case = scene.do(rectification.open_rectification, REVIEWER, [found], cause)
    assert (case.caused_by, case.origin) == (cause.id, Origin.STAFF)
    assert scene.read(rectification.rectification_of, case).findings == (found.id,)


# -- data for a trainer ----------------------------------------------------------------------------


def taught(scene: Scene) -> Case:
    """One of each sort: from a record, without an answer, asked, and answered wrongly."""
    case = opened(scene)
    recorded(scene, case)
    keep(scene, case, HARMLESS, PASS)
    keep(scene, case, "call 13912345678 about apples", PASS, answer="Apples are fruit.")
    wrong = Wanted("output", Expected.STOPPED)
    keep(scene, case, "quorblex is fun", wrong, asked="what is fun?", answer="Many things are.")
    return case


def exported(scene: Scene, case: Case, form: str) -> tuple[list[Any], Any]:
    with scene.db.write() as tx:
        made = rectification_export.export(tx, REVIEWER, case, form)
    return [msgspec.json.decode(one) for one in made.data.splitlines()], made


class Message(msgspec.Struct, forbid_unknown_fields=True):
    role: str
    content: str


class Turn(msgspec.Struct, forbid_unknown_fields=True):
    speaker: str = msgspec.field(name="from")
    value: str


# As the two projects describe them: TRL's conversational prompt-completion and preference, and
# LLaMA-Factory's alpaca (supervised) and sharegpt (preference).
SCHEMAS: dict[str, dict[str, Any]] = {
    "trl-sft": {"prompt": list[Message], "completion": list[Message]},
    "trl-dpo": {
        "prompt": list[Message],
        "chosen": list[Message],
        "rejected": list[Message],
    },
    "llamafactory-alpaca": {"instruction": str, "input": str, "output": str},
    "llamafactory-sharegpt-dpo": {
        "conversations": list[Turn],
        "chosen": Turn,
        "rejected": Turn,
    },
}


@pytest.mark.parametrize("form", SCHEMAS)
def test_each_line_is_as_the_trainer_documents_it(scene: Scene, form: str) -> None:
    lines, made = exported(scene, taught(scene), form)
    assert len(lines) == made.written == (1 if form.endswith("dpo") else 2)
    for line in lines:
        assert set(line) == set(SCHEMAS[form])
        for name, kind in SCHEMAS[form].items():
            msgspec.convert(line[name], kind)


def test_what_a_person_said_is_left_out_and_counted(scene: Scene) -> None:
    """No consent to training is on record, so none is assumed; personal information is starred."""
    lines, made = exported(scene, taught(scene), "trl-sft")
    assert made.left_out == {
        "no-consent": 1,
        "no-answer": 1,
        "no-question": 0,
        "nothing-worse": 0,
    }
    assert HARMFUL not in made.data.decode()
    assert "13912345678" not in made.data.decode()
    assert any("about apples" in one["prompt"][0]["content"] for one in lines)
    (leaf,) = scene.leaves("rectification-exported")
    assert leaf["facts"]["digest"] == made.digest
    assert (leaf["facts"]["written"], leaf["facts"]["masked"]) == (2, 1)


def test_a_preference_is_the_better_answer_over_the_one_that_was_given(scene: Scene) -> None:
    (line,), made = exported(scene, taught(scene), "llamafactory-sharegpt-dpo")
    assert line == {
        "conversations": [{"from": "human", "value": "what is fun?"}],
        "chosen": {"from": "gpt", "value": "Many things are."},
        "rejected": {"from": "gpt", "value": "quorblex is fun"},
    }
    assert made.left_out["nothing-worse"] == 1


# -- whatever anybody tries ------------------------------------------------------------------------

VERBS = ["diagnose", "choose", "implement", "pass_regression", "verify", "close", "reopen", "try"]
STEPS = st.tuples(
    st.sampled_from(VERBS),
    st.sampled_from([REVIEWER, OFFICER, SECOND, software("somebody")]),
    st.sampled_from([NOTHING, RIGHT, RIGHT, TOO_MUCH]),
)
# Most walks at random end early, so each begins somewhere on the way.
WAY = ["try", "diagnose", "choose", "implement", "try", "pass_regression", "verify", "try"]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(begun=st.integers(0, len(WAY)), walk=st.lists(STEPS, max_size=8))
def test_however_people_step_nothing_is_believed_that_was_not_shown(
    scene: Scene, begun: int, walk: list[tuple[str, Actor, Screen]]
) -> None:
    case = opened(scene)
    keep(scene, case, HARMFUL, STOP)
    keep(scene, case, HARMLESS, PASS)
    way = [(one, OFFICER if one == "verify" else REVIEWER, RIGHT) for one in WAY[:begun]]
    met: bool | None = None  # what the last run since the last such step has shown
    for verb, actor, by in way + walk:
        try:
            if verb == "try":
                met = tried(scene, case, by, actor).tally.is_met
                continue
            before, case = case, _stepped(scene, case, verb, actor)
        except GuijuError:
            assert scene.read(_again, case).version == case.version
            continue
        assert actor.has("reviewer", "safety-officer")
        if verb in {"pass_regression", "close"}:
            assert met
        if verb == "diagnose":
            assert met is not None
        if verb in {"implement", "verify", "reopen"}:
            met = None
        if verb == "verify":
            earlier = scene.read(history, case)[:-1]
            assert actor.id not in {one.actor for one in earlier}
        assert (before.state, case.state) in {
            (one.source, one.target) for one in RECTIFICATION.machine.transitions
        }


def _stepped(scene: Scene, case: Case, verb: str, actor: Actor) -> Case:
    given = (Cure.RULE, "Because.") if verb == "choose" else ("Because.",)
    return scene.do(getattr(rectification, verb), actor, case, *given)


def _again(tx: Any, case: Case) -> Case:
    return get_case(tx, RECTIFICATION, case.id)


# -- from a shell ----------------------------------------------------------------------------------


class Desk:
    """What the program would put into the click context."""

    kinds = Kinds([RECTIFICATION, CONTENT_ACTION])

    def __init__(self, scene: Scene, by: Screen) -> None:
        self.database = scene.db
        self._screen = by

    def staff(self, name: str) -> Actor:
        return STAFF[name]

    def publish(self, event: Event) -> None:
        raise AssertionError(event)

    def screen(self) -> Screen:
        return self._screen

    def recalled(self, given: bytes, answered: bytes) -> list[tuple[Direction, str]]:
        return list(recall(given, answered))


def call(scene: Scene, *line: str, by: Screen = RIGHT, stdin: str = "") -> Result:
    done = CliRunner().invoke(
        group, ["rectification", *line, "--json"], obj=Desk(scene, by), input=stdin
    )
    if isinstance(done.exception, GuijuError):
        raise done.exception
    return done


def run(scene: Scene, *line: str, **more: Any) -> Any:
    done = call(scene, *line, **more)
    assert done.exit_code == 0, done.output
    return msgspec.json.decode(done.stdout)


def test_a_rectification_from_a_shell(scene: Scene, tmp_path: Path) -> None:
    """Opened, sampled, tried, cured, verified, tested again, closed; and data for a trainer."""
    number = run(scene, "open", "--as", "alice")["number"]
    (answer := tmp_path / "answer").write_text("Ask of something else.\n")
    words = ("--text", "-", "--answer", str(answer), "--expect", "stopped", "--as", "alice")
    run(scene, "sample", number, *words, stdin=HARMFUL)
    assert call(scene, "regression", number, "--as", "alice", by=NOTHING).exit_code == 1
    why = ("--reason", "Because.")
    run(scene, "diagnose", number, *why, "--as", "alice")
    run(scene, "choose", number, "fine-tune", *why, "--as", "alice")
    out = tmp_path / "pairs.jsonl"
    export = ("export", number, "--format", "llamafactory-alpaca", "--out", str(out))
    assert run(scene, *export, "--as", "alice")["written"] == 1
    info = msgspec.json.decode((tmp_path / "pairs.dataset_info.json").read_bytes())
    assert info == {
        "pairs": {
            "file_name": "pairs.jsonl",
            "columns": {"prompt": "instruction", "query": "input", "response": "output"},
        }
    }
    with pytest.raises(Conflict) as error:
        run(scene, *export, "--as", "alice")
    assert error.value.code == "export-file-exists"
    run(scene, "implement", number, *why, "--as", "alice")
    run(scene, "regression", number, "--as", "alice")
    run(scene, "pass", number, *why, "--as", "alice")
    run(scene, "verify", number, "--facts", "Seen.", "--as", "bao")
    run(scene, "regression", number, "--as", "alice")
    assert run(scene, "close", number, *why, "--as", "bao")["state"] == "closed"
    shown = run(scene, "show", number)
    assert [one["phase"] for one in shown["runs"]] == ["before", "after", "re-test"]
    assert shown["cure"] == "fine-tune"


def test_a_record_from_a_shell_is_named_or_a_text_given(scene: Scene) -> None:
    number = run(scene, "open", "--as", "alice")["number"]
    made = exchange(scene.id, scene.clock, "pass", input=HARMFUL.encode(), output=b"")
    with scene.db.write() as tx:
        records.record(tx, [made])
    of = ("sample", number, "--expect", "stopped", "--as", "alice")
    kept = run(scene, *of, "--request", made.request, "--reason", "to try it")
    assert kept["request"] == made.request
    assert call(scene, *of).exit_code == 2
    with pytest.raises(Invalid) as error:
        run(scene, *of, "--request", made.request, "--side", "output", "--reason", "to try it")
    assert error.value.code == "sample-invalid"
    with pytest.raises(Invalid) as error:
        run(scene, *of, "--text", "no/such/file")
    assert error.value.code == "sample-invalid"
