# SPDX-License-Identifier: Apache-2.0
"""Ages that an app or a document asserts, and guardians who show who they are by one."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unit.minors.scene import APPEALS, EVENING, PRIVACY, SOFTWARE, Scene, tomorrow

from guiju import accounts
from guiju.accounts import (
    Person,
    Proof,
    Verification,
    Visit,
    verifiers_of,
    verifying,
    verifying_commands,
)
from guiju.accounts.verifying_store import VERIFICATION
from guiju.casework import Case, get_case
from guiju.kernel import Actor, ActorKind, Conflict, Event, Invalid, Refused, StandingChanged
from guiju.minors import AGE_APPEAL, Proving, service, store
from guiju.minors.ages import Source, Stage
from guiju.minors.model import Inference, Mode

HERE = Visit(binding="browser one")
LEGAL = Actor(ActorKind.STAFF, "st_legal", frozenset({"agreement-manager"}))
OFFICER = Actor(ActorKind.STAFF, "st_officer", frozenset({"safety-officer"}))
GUESS = Inference(900, "m@1", Stage.YOUNG)


def verify(scene: Scene, who: Person, said: str = "adult", proof: str = "eid") -> Verification:
    """Somebody is verified through the port, here by the development provider."""
    local = verifiers_of("", "", scene.db.keys, development=True)
    given = f"13800000000 {said}"
    started, token = verifying.start(scene.db, local, who.id, proof, given=given, visit=HERE)
    answer = started.prompt.en.rpartition("Type ")[2].rstrip(".")
    return verifying.finish(
        scene.db, local, who.actor, token=token, answer=answer, visit=HERE, proofs=Proving()
    )


class Front:
    """An app of the operator's, and an end user of it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        with scene.db.write() as tx:
            accounts.install_agreement(tx, LEGAL, OFFICER, accounts.first_agreement())
            made = accounts.register_app(tx, OFFICER, "front")
            self.app = Actor(ActorKind.APP, made.app.id)
            self.user: Person = accounts.introduce_end_user(tx, self.app, "u1")

    def says(self, stage: Stage, source: Source = Source.APP, **more: Any) -> Case | None:
        found: Case | None = self.scene.do(
            service.hear, self.app, self.user.id, source, stage=stage, **more
        )
        return found

    def mode(self) -> Mode:
        ward = self.scene.read(service.ward_of, self.user.id)
        return Mode.OFF if ward is None else ward.mode

    def reports(self, proof: str = "eid", assertion: str = "as-77") -> Verification:
        with self.scene.db.write() as tx:
            return verifying.report(
                tx, self.app.id, "u1", proof, provider="gov", assertion=assertion
            )


@pytest.fixture
def front(scene: Scene) -> Front:
    return Front(scene)


def decide(scene: Scene, case: Case, verb: str) -> None:
    found = scene.read(get_case, AGE_APPEAL, case.id)
    scene.do(service.decide, APPEALS, found, verb, "The provider was asked.")


# -- an app's word ---------------------------------------------------------------------------------


@pytest.mark.control("minors-mode", "age-appeals")
def test_an_app_that_says_somebody_is_grown_up_is_heard_by_a_person(front: Front) -> None:
    """The mode stays until then; what is said twice is one case; and only a person corrects it."""
    scene = front.scene
    assert front.says(Stage.TEEN, Source.SELF) is None
    case = front.says(Stage.ADULT)
    assert case is not None
    assert (case.state, case.opened_by, case.due is not None) == ("filed", front.app.id, True)
    assert front.mode() is Mode.ON
    again = front.says(Stage.ADULT)
    assert again is not None
    assert again.id == case.id
    with pytest.raises(Refused, match="role-needed"):
        scene.do(service.decide, PRIVACY, case, "correct", "No.")
    assert front.mode() is Mode.ON
    decide(scene, case, "correct")
    assert front.mode() is Mode.OFF
    assert not scene.do(service.infer, SOFTWARE, front.user.id, GUESS)


@pytest.mark.control("minors-mode")
def test_it_makes_no_difference_that_the_app_spoke_first(front: Front) -> None:
    """A child who says so later is protected, and so is whom software takes for one."""
    assert front.says(Stage.ADULT) is None
    assert front.mode() is Mode.OFF
    assert front.scene.do(service.infer, SOFTWARE, front.user.id, GUESS)
    assert front.mode() is Mode.PROVISIONAL
    assert front.says(Stage.CHILD, Source.SELF) is None
    assert front.mode() is Mode.ON


def test_an_app_that_is_not_believed_is_not_heard_again_for_a_while(front: Front) -> None:
    """By the same word; a document is news, and the person is heard at any time."""
    scene = front.scene
    front.says(Stage.TEEN, Source.SELF)
    case = front.says(Stage.ADULT)
    assert case is not None
    decide(scene, case, "keep")
    with pytest.raises(Conflict, match="age-decided-already"):
        front.says(Stage.ADULT)
    made = front.reports()
    other = front.says(Stage.ADULT, proof=made)
    assert other is not None
    assert other.about == made.id
    scene.do(service.withdraw, front.user.id)
    with pytest.raises(Conflict, match="age-decided-already"):
        front.says(Stage.ADULT, proof=made)
    assert scene.do(service.file_appeal, front.user.id, "I am thirty.").state == "filed"
    scene.do(service.withdraw, front.user.id)
    scene.clock.advance(days=30)
    assert front.says(Stage.ADULT, proof=made) is not None
    assert front.mode() is Mode.ON


def test_an_app_proves_nothing_and_asserts_no_verification(front: Front) -> None:
    """Its word is one among those that nobody has proved, whatever it calls it."""
    assert front.says(Stage.TEEN) is None
    ward = front.scene.read(service.ward_of, front.user.id)
    assert (ward.source, ward.mode) == (Source.APP, Mode.ON)
    with pytest.raises(Refused, match="age-not-yours"):
        front.says(Stage.ADULT, Source.VERIFICATION)
    with pytest.raises(Refused, match="age-not-yours"):
        front.scene.do(service.hear, front.app, front.scene.id, Source.APP, stage=Stage.ADULT)
    with pytest.raises(Invalid, match="age-invalid"):
        front.scene.do(service.hear, front.app, front.user.id, Source.APP, born=tomorrow(2))


# -- a document's ----------------------------------------------------------------------------------


@pytest.mark.control("minors-mode")
def test_a_document_tells_a_band_and_nothing_else_of_it_is_kept(scene: Scene) -> None:
    """Source, level, confidence and the verification by number; no number of the person."""
    made = verify(scene, scene.child, "12-15")
    ward = scene.ward()
    assert (ward.source, ward.stage, ward.mode) == (Source.VERIFICATION, Stage.YOUNG, Mode.ON)
    with scene.db.read() as tx:
        age = tx.row(store.AGE.select())
        row = tx.row(VERIFICATION.select())
    assert age is not None
    assert (age.said_by, age.confidence, age.sealed_next) == (made.id, 1000, None)
    assert "138" not in str(row)
    assert "12-15" not in str(row), "the room of identities keeps no age"
    (said,) = scene.leaves("age-asserted")
    assert said["facts"] == {
        "source": "verification",
        "minor": True,
        "confidence": 1000,
        "verification": made.id,
        "level": 2,
    }


@pytest.mark.parametrize(
    ("proof", "said"), [("sms", "adult"), ("uscc", "adult"), ("eid", ""), ("network-id", "forty")]
)
def test_what_tells_no_age_says_nothing_here(scene: Scene, proof: str, said: str) -> None:
    """A telephone, a firm, and a document whose provider keeps it to itself."""
    verify(scene, scene.child, said, proof)
    assert scene.read(service.ward_of, scene.id) is None


@pytest.mark.control("minors-mode", "age-appeals")
def test_a_document_corrects_a_guess_and_leaves_what_was_said_to_a_person(scene: Scene) -> None:
    """It may be a parent's: whoever said they are a child stays one until somebody has looked."""
    scene.do(service.infer, SOFTWARE, scene.id, GUESS)
    first = verify(scene, scene.child)
    assert scene.ward().mode is Mode.OFF
    scene.do(Proving().withdrawn, first)
    assert scene.ward().mode is Mode.PROVISIONAL, "what rested on it falls with it"
    scene.say(Source.SELF, Stage.CHILD)
    second = verify(scene, scene.child)
    assert scene.ward().mode is Mode.ON
    (mine,) = scene.read(service.mine, scene.id)
    assert (mine.case.about, mine.case.state) == (second.id, "filed")
    assert "核验结果称你已成年" in mine.told
    decide(scene, mine.case, "correct")
    assert scene.ward().mode is Mode.OFF


def test_a_document_ends_nothing_that_a_guardian_watches_over(scene: Scene) -> None:
    """A child with a guardian needs the guardian, or a person who has looked."""
    scene.do(service.infer, SOFTWARE, scene.id, GUESS)
    scene.link()
    verify(scene, scene.child)
    assert scene.ward().mode is Mode.PROVISIONAL
    assert len(scene.read(service.mine, scene.id)) == 1


# -- guardians -------------------------------------------------------------------------------------


def allows(scene: Scene) -> bool:
    """Whether the parent may allow more: nothing else refuses it here."""
    with contextlib.suppress(Refused):
        scene.do(service.allow, scene.parent.actor, scene.id, EVENING, minutes=90, until=None)
        return True
    return False


@pytest.mark.control("guardian-links")
@pytest.mark.parametrize("first", [True, False], ids=["before the code", "after it"])
def test_a_guardian_is_verified_through_the_port_without_staff(
    scene: Scene, *, first: bool
) -> None:
    """In either order; the link names the verification."""
    scene.set("12:00")
    scene.say(Source.SELF, Stage.CHILD)
    if first:
        made = verify(scene, scene.parent)
        scene.link(verified=False)
    else:
        scene.link(verified=False)
        assert not allows(scene)
        made = verify(scene, scene.parent)
    (link,) = scene.read(service.wards_of, scene.parent.id)
    assert link.verified == f"verification:{made.id}"
    assert allows(scene)
    scene.do(service.consent, scene.parent.actor, scene.id, given=True)
    assert not scene.ward().lacks_consent


@pytest.mark.control("guardian-links", "guardian-consent")
def test_what_a_withdrawn_verification_allowed_is_over(scene: Scene) -> None:
    """The guardian may tighten, and the consent that nobody could take back ends."""
    scene.set("12:00")
    scene.say(Source.SELF, Stage.CHILD)
    scene.link(verified=False)
    made = verify(scene, scene.parent)
    scene.do(service.consent, scene.parent.actor, scene.id, given=True)
    with scene.db.write() as tx:
        verifying.withdraw(tx, scene.parent.actor, made.id, proofs=Proving())
    assert not allows(scene)
    assert scene.ward().lacks_consent
    kept = scene.read(accounts.consents_of, scene.id)[accounts.Purpose.GUARDIAN]
    assert kept is not None
    assert not kept.given, "so nothing of the child's is used for training either"
    facts = [one["facts"] for one in scene.leaves("guardian-link-changed")]
    assert [one["verified"] for one in facts][-2:] == [True, False]


class Desk:
    """What the program would put into the click context."""

    def __init__(self, scene: Scene) -> None:
        self.database, self.proofs, self.heard = scene.db, Proving(), list[Event]()

    def staff(self, name: str) -> Actor:
        return {"safety": OFFICER}[name]

    def publish(self, event: Event) -> None:
        self.heard.append(event)


@pytest.mark.control("guardian-links")
def test_staff_withdraw_a_wrong_verification_from_a_shell(scene: Scene) -> None:
    """The same follows, and caches are told."""
    scene.set("12:00")
    scene.say(Source.SELF, Stage.CHILD)
    scene.link(verified=False)
    made, desk = verify(scene, scene.parent), Desk(scene)
    assert allows(scene)
    line = ["withdraw", made.id, "--reason", "wrong-person", "--as", "safety"]
    done = CliRunner().invoke(verifying_commands.group, line, obj=desk)
    assert done.exit_code == 0, done.output
    assert not allows(scene)
    assert desk.heard == [StandingChanged(scene.parent.id)]


@pytest.mark.parametrize(("said", "proof"), [("16-17", "eid"), ("adult", "sms"), ("", "eid")])
def test_who_is_not_known_to_be_grown_up_waits_for_staff(
    scene: Scene, said: str, proof: str
) -> None:
    """An elder sister, a telephone, a document that tells no age."""
    scene.set("12:00")
    scene.say(Source.SELF, Stage.CHILD)
    scene.link(verified=False)
    verify(scene, scene.parent, said, proof)
    assert not allows(scene)
    (link,) = scene.read(service.wards_of, scene.parent.id)
    scene.do(service.verify, PRIVACY, link.id)
    assert allows(scene)


def test_a_verification_that_ran_out_makes_no_new_guardian(scene: Scene) -> None:
    """After as many days as the policy says; who is one by then stays one."""
    scene.say(Source.SELF, Stage.CHILD)
    verify(scene, scene.parent)
    scene.clock.advance(days=365)
    scene.link(verified=False)
    (link,) = scene.read(service.wards_of, scene.parent.id)
    assert link.verified is None


def test_which_proofs_tell_an_age() -> None:
    """Documents of one person."""
    assert [one for one in Proof if one.tells_age] == [Proof.EID, Proof.NETWORK_ID]
