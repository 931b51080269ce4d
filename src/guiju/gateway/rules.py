# SPDX-License-Identifier: Apache-2.0
"""The rules in force, made ready for the hot path: one frozen snapshot, swapped as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from guiju import dispositions, policies, profile
from guiju.accounts import terms_digest
from guiju.gateway.credentials import Chain, Vouching, vouching_of
from guiju.gateway.eyes import Eyes, Viewers, eyes_of
from guiju.gateway.guarding import Guarding, NotAnsweredError, Post
from guiju.gateway.guards import Guards
from guiju.gateway.media.links import Links
from guiju.gateway.signing import Signing, signing_of
from guiju.gateway.triage import triage_of
from guiju.gateway.upstreams import Fleet, Router, keys
from guiju.kernel import GuijuError, Text, Unavailable, give_way
from guiju.labelling import AigcLabel, ExplicitLabel, Pinned, Place, first_write, signed
from guiju.limits import Plan
from guiju.minors import Companion
from guiju.policies import MinorRules
from guiju.policies.upstreams import ModelsConfig, models_of
from guiju.records import SAME_CONTENT, Sameness
from guiju.screening import Outcome, Screen, guards
from guiju.screening.images import PdqList
from guiju.screening.matrix import GENERAL, MINORS, Answers, Audience, Matrix, MatrixRule
from guiju.screening.personal import TERM_KINDS
from guiju.storage import Database, Tx

Secret = Callable[[str], str | None]
FOR_MINORS = "minors"
"""The rule by which something is kept from minors, as findings name it."""
_SHOWN = ExplicitLabel(Place.END, "人工智能生成", "AI-generated (AI生成)")


@dataclass(frozen=True, slots=True)
class Streaming:
    """How a stream is delivered where guards judge it, sentence by sentence.

    `strict`: nothing leaves before the whole was judged; `balanced`: each sentence leaves once it
    was judged; `fast`: it leaves at once, and is withdrawn when it was condemned. A sentence is cut
    after `window` characters. With `whole` the whole is judged again at its end.
    """

    mode: str = "balanced"
    window: int = 200
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Policy and profile as the stations use them; `policy` is the digest every record names."""

    policy: str
    screen: Screen
    reply_as_error: bool
    refusal: Text
    label: ExplicitLabel
    retention_days: int
    service: str
    implicit: Mapping[str, str]
    guards: Guards | None = None
    streaming: Streaming = Streaming()
    answers: Answers = field(default_factory=Answers)
    plan: Plan = field(default_factory=Plan)
    stricter: Screen | None = None
    models: Router | None = None
    eyes: Eyes | None = None
    stricter_eyes: Eyes | None = None
    shown: ExplicitLabel = _SHOWN
    heard_at_start: bool = True
    waiver: str | None = None
    identity: policies.IdentityRules = field(default_factory=policies.IdentityRules)
    signing: Signing | None = None
    vouching: Vouching | None = None
    watermark: bool = False
    links: Links = field(default_factory=lambda: Links(os.urandom(32)))
    minors: MinorRules = field(default_factory=lambda: policies.minor_rules({}))
    companion: Companion | None = None
    searched: frozenset[str] = frozenset()
    """The terms in inputs by which the policy lets records be found."""
    stopped: policies.Stopped = field(default_factory=policies.Stopped)
    """What is stopped at the moment of asking: it changes while the rest stays."""
    withdrawn: dispositions.Withdrawn = field(default_factory=dispositions.Withdrawn)
    """What is withdrawn from all answers at the moment of asking, in the same way."""
    same: Sameness = field(default_factory=lambda: Sameness(os.urandom(32)))

    @property
    def for_minors(self) -> Screen:
        """The screen for minors, which is never milder than that for everybody."""
        return self.stricter or self.screen

    def aigc(self, produce_id: str) -> dict[str, str]:
        """The seven fields for one answer; `produce_id` must be a UUID, which is always writable.

        The rest was checked when the rules were loaded, not again for each answer.
        """
        return {**self.implicit, "ProduceID": produce_id, "PropagateID": produce_id}

    def aigc_of_text(self, produce_id: str) -> dict[str, str]:
        """The same beside an answer in words, signed where the policy wants that."""
        fields = self.aigc(produce_id)
        if self.signing is None or not self.signing.text:
            return fields
        return signed(AigcLabel.from_fields(fields), self.signing.pair).fields


class RulesHolder:
    """Keeps the snapshot; swaps it when policy, profile, urgent terms or day changed, anywhere.

    `stopped` is what is out of service now, `withdrawn` what is said no more; each is the same
    object for all snapshots.
    """

    def __init__(
        self,
        database: Database,
        screens: policies.Screens,
        post: Post | None = None,
        secret: Secret = os.environ.get,
        fleet: Fleet | None = None,
        *,
        chain: Chain | None = None,
    ) -> None:
        """Nothing is loaded until `refresh`.

        `post` asks guard models; without one, a policy that names some closes the door. `secret`
        gives the key behind a name that no sealed key has. `fleet` keeps the upstreams. `chain`
        says where the certificates of content credentials are.
        """
        self._database = database
        self._screens = screens
        self._post = post
        self._secret = secret
        self._fleet = fleet or Fleet()
        self._chain = chain or Chain()
        self._known = policies.PictureLists()
        self._links = Links(database.keys.service_key("media-links"))
        self._same = Sameness(database.keys.service_key(SAME_CONTENT))
        self._viewers = Viewers()
        self._rules: Rules | None = None
        self._signing: Signing | None = None
        self._fault: GuijuError | None = None
        self._seen: tuple[object, ...] | None = None
        self.stopped = policies.Stopped()
        self.withdrawn = dispositions.Withdrawn()

    def now(self) -> Rules:
        """The rules in force; raises Unavailable while there are none that can be trusted."""
        rules = self._rules
        if rules is None:
            raise self._fault or _nothing_in_force()
        return rules

    @property
    def names_models(self) -> bool:
        """Whether the policy in force says who answers; else the settings do."""
        return self._rules is not None and self._rules.models is not None

    @property
    def pinned(self) -> Pinned:
        """The public keys by which labels of this service are known; none where nothing is signed.

        While the door is closed those are kept that were in force before.
        """
        signing = self._signing
        return {} if signing is None else signing.pinned

    def metrics(self) -> str:
        """Counts of the guard models in force, as Prometheus exposition text."""
        asked = None if self._rules is None else self._rules.guards
        return "" if asked is None else asked.metrics()

    def refresh(self) -> None:
        """Look whether the rules changed, and load them if they did.

        While the database is away the last rules stay; altered rules close the door.
        """
        with self._database.read() as tx:
            # Before anything is compiled, which may take seconds.
            policies.take_up_stops(tx, self.stopped)
            dispositions.take_up_withdrawn(tx, self.withdrawn)
            give_way()
            head, statement = policies.active_head(tx), profile.current(tx)
            if head is None or statement is None:
                self._rules = self._seen = None
                return
            # Words may count from a day on, or up to one: at midnight the same policy is another.
            changing = (policies.today(tx.now), policies.urgent_mark(tx), keys.sealed_keys(tx))
            seen = (head.digest, statement.digest, self._chain.mark(), *changing)
            if seen == self._seen:
                return
            try:
                rules, fault = self._loaded(tx, statement), None
            except GuijuError as error:
                rules, fault = None, error
            self._rules, self._seen, self._fault = rules, seen, fault
            if rules is not None:
                self._signing = rules.signing

    def _loaded(self, tx: Tx, statement: profile.Published) -> Rules:
        policy = policies.active(tx)
        if policy is None:
            raise _nothing_in_force()
        body = policy.body
        screening, text_label = body["screening"], body["labels"]["text"]
        of_minors, of_companion = policies.minor_rules(body), policies.companion_rules(body)
        refusal, plain = screening["refusal"], Matrix.load(screening)
        matrix = _with_minors(plain, of_minors)
        compiled = self._screens.of(tx, body, policy.digest)
        compiled.prepare()  # here, for the event loop would stand still meanwhile
        # Article 16: where more is at stake, everybody is screened by the stricter column.
        strict = policies.tier_rules(body, statement.statement.tier.value).strict
        everybody: Audience = MINORS if strict else GENERAL
        screen = compiled.under(matrix if strict else plain, everybody)
        stricter = compiled.under(matrix, MINORS)
        secret = partial(keys.opened, tx, otherwise=self._secret)
        known = self._known.of(tx, body)
        producer = profile.producer_code(statement.statement)
        return Rules(
            policy=policy.digest,
            screen=screen,
            stricter=stricter,
            eyes=self._eyes(screening, screen, secret, known),
            stricter_eyes=self._eyes(screening, stricter, secret, known),
            shown=_shown(body["labels"]),
            heard_at_start=body["labels"].get("audio", {}).get("place", "start") == "start",
            waiver=_terms(body["labels"]),
            identity=policies.identity_rules(body),
            watermark=body["labels"].get("watermark", {}).get("pictures", False),
            signing=signing_of(body["labels"], producer, secret),
            vouching=vouching_of(body["labels"], self._chain, secret, tx.now),
            links=self._links,
            minors=of_minors,
            companion=None if of_companion is None else Companion(of_companion),
            stopped=self.stopped,
            withdrawn=self.withdrawn,
            same=self._same,
            answers=Answers.load(screening),
            plan=policies.plan_of(body),
            reply_as_error=screening["reply"] == "error",
            refusal=Text(zh=refusal["zh"], en=refusal["en"]),
            label=ExplicitLabel(Place(text_label["place"]), text_label["zh"], text_label["en"]),
            retention_days=_content_days(body["records"]),
            searched=frozenset(body["records"].get("search", ())).intersection(TERM_KINDS),
            service=statement.digest[:16],
            implicit=first_write(producer, "checked").fields,
            guards=self._guards(screening, policy.digest, matrix, secret, everybody=everybody),
            streaming=Streaming(**screening.get("stream", {})),
            models=self._models(body, secret),
        )

    def _models(self, body: Mapping[str, Any], secret: Secret) -> Router | None:
        """Who answers by which name; None when the policy leaves that to the settings."""
        models = models_of(body)
        router = self._fleet.router(models or ModelsConfig(), secret)
        return None if models is None else router

    def _eyes(
        self, screening: Mapping[str, Any], screen: Screen, secret: Secret, known: PdqList | None
    ) -> Eyes | None:
        return eyes_of(screening, screen.policy, screen.judge, self._viewers, secret, known=known)

    def _guards(
        self,
        screening: Mapping[str, Any],
        policy: str,
        matrix: Matrix,
        secret: Secret,
        *,
        everybody: Audience,
    ) -> Guards | None:
        configs, triage = guards.read_guards(screening), triage_of(screening)
        if not configs and triage is None:
            return None
        post = self._post
        if post is None:
            if configs:
                raise _nobody_to_ask()
            post = _no_post
        return Guards(policy, Guarding(configs, post, secret), triage, matrix, everybody=everybody)


def reaches_minors(body: Mapping[str, Any]) -> list[str]:
    """Harms that a policy's body keeps from minors by name, and that would reach them all the same.

    Asked of the matrix as it decides, for everything that a detector finds in an answer.
    """
    rules = policies.minor_rules(body)
    matrix = _with_minors(Matrix.load(body["screening"]), rules)
    asked = [one for one in Outcome if one is not Outcome.PASS]
    return sorted(
        harm
        for harm in rules.block
        for detector in ("lexicon", "guard")
        if any(
            not matrix.decide(harm, detector, "output", MINORS, one).action.stops for one in asked
        )
    )


def _with_minors(matrix: Matrix, rules: MinorRules) -> Matrix:
    """The named rules, and before them that what may harm minors is not put before them.

    Whatever a detector asks to look at or to star out, they do not get at all. A place for it is
    needed: what the personal detector finds is starred out as for everybody.
    """
    rule = MatrixRule(
        name=FOR_MINORS,
        action=Outcome.BLOCK,
        harms=rules.block,
        directions=("output",),
        audience=MINORS,
        detectors=("lexicon", "guard"),
        at_least=Outcome.MASK,
    )
    return Matrix((rule, *matrix.rules))


def _shown(labels: Mapping[str, Any]) -> ExplicitLabel:
    """The words on a picture: the policy's, else those for any content."""
    words = labels.get("picture")
    return _SHOWN if words is None else ExplicitLabel(Place.END, words["zh"], words["en"])


def _terms(labels: Mapping[str, Any]) -> str | None:
    """The digest of the terms on which the visible label may be left out."""
    said = labels.get("waiver")
    return None if said is None else terms_digest(Text(zh=said["zh"], en=said["en"]))


async def _no_post(
    _url: str, _body: bytes, _headers: Mapping[str, str], _within: float, /
) -> bytes:
    raise NotAnsweredError("unreachable")


def _nothing_in_force() -> Unavailable:
    return Unavailable("screening-unavailable", _NO_RULES, _APPROVE, article=4)


def _nobody_to_ask() -> Unavailable:
    return Unavailable(
        "screening-unavailable",
        Text(
            zh="规则要求护栏模型，但本进程无法询问它们。",
            en="The policy wants guard models, and this process cannot ask any.",
        ),
        Text(zh="请用 guiju up 启动服务。", en="Start the service with guiju up."),
        article=4,
    )


_NO_RULES = Text(
    zh="尚无生效的审查规则或服务说明，服务暂不开放。",
    en="No screening policy or service profile is in force yet, so the service is closed.",
)
_APPROVE = Text(
    zh="请提出规则并由另一人批准：guiju policy propose / approve。",
    en="Propose a policy and let another person approve it: guiju policy propose / approve.",
)


def _content_days(table: Mapping[str, Any]) -> int:
    """How long content stays: as the policy says of it, else as long as logs."""
    return int(table.get("content_days", table["retention_days"]))
