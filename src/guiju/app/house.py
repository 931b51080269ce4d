# SPDX-License-Identifier: Apache-2.0
"""The wiring: rooms that may not know each other are introduced here, and only here."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from guiju import (
    accounts,
    dispositions,
    inventory,
    ledger,
    minors,
    policies,
    privacy,
    records,
)
from guiju.app import master_keys
from guiju.app.cases import KINDS, handlers
from guiju.app.consenting import Agreed
from guiju.app.look_around import what_runs
from guiju.app.mailing import confirming, sending, server_of, telling
from guiju.app.notices import Notices
from guiju.app.opening import check_data, check_schema, database_of, is_fresh, make_folder
from guiju.app.restoring import check_age
from guiju.app.settings import Settings
from guiju.app.signals import signals_of
from guiju.app.stores import person_stores
from guiju.casework import CONFIRM_TOPIC, MAIL_TOPIC, CaseRetention
from guiju.gateway import (
    Chain,
    ClientPost,
    Fleet,
    RulesHolder,
    recalled,
)
from guiju.kernel import (
    Actor,
    Bus,
    ConsentWithdrawn,
    Event,
    GuijuError,
    LocalMasterKey,
    StandingChanged,
    SystemClock,
)
from guiju.labelling import ExplicitLabel
from guiju.measures import Report, Signal
from guiju.profile import Running
from guiju.screening import Direction, Outcome, Screen, images
from guiju.screening.personal import KINDS as KINDS_OF_PERSONAL
from guiju.screening.personal import Personal
from guiju.storage import Database, Tx, migrate, revision
from guiju.supervision import StandingBoard

_log = logging.getLogger("guiju.app")


class House:
    """Everything one process needs, opened once."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Use `House.open`."""
        self.settings = settings
        self.database = database
        self.clock = SystemClock()
        self.bus = Bus()
        self.post = ClientPost()
        self.fresh = ledger.Fresh()
        screens = policies.Screens(settings.lexicons, database.keys)
        self.pictures = policies.PictureLists()
        self.fleet = Fleet(settings.upstream_ca)
        if settings.upstream_ca:
            self.fleet.trusted()
        chain = Chain(settings.file("c2pa_certificates"), settings.c2pa_time_stamps or None)
        self.rules = RulesHolder(database, screens, self.post, fleet=self.fleet, chain=chain)
        self.directory = accounts.Directory(database)
        self.wards = minors.Wards(database)
        self.bus.subscribe(StandingChanged, lambda event: self.wards.forget(event.person))
        self.bus.subscribe(StandingChanged, lambda event: self.directory.forget(event.person))
        self.bus.subscribe(ConsentWithdrawn, self._look_at_pools)
        self.notices = Notices(settings, database, self.bus)
        self.kinds = KINDS
        self.handlers = handlers(self.publish)
        post = server_of(settings)
        self.mailing = {
            MAIL_TOPIC: sending(settings, KINDS, post),
            dispositions.STATEMENT_MAIL: telling(settings, post),
            CONFIRM_TOPIC: confirming(settings, post),
        }
        self.stores = person_stores(settings.spill, settings.copies)
        self.eraser = privacy.Eraser(database, self.stores, self._publish_evidence)
        self.packer = privacy.Packer(database, self.stores, settings.copies)

    @classmethod
    def open(cls, settings: Settings, *, older: bool = False) -> House:
        """Open an existing data folder; `older`: also a database that was put back from a backup.

        Raises:
            Unavailable: no data there, wrong or missing master key, schema of another version, or
                `database-older`: what was erased since may be in it.
        """
        check_data(settings)
        database = database_of(settings)
        check_schema(database, settings)
        database.check_master_key()
        if not older:
            check_age(database, settings)
        return cls(settings, database)

    @classmethod
    def prepare(cls, settings: Settings, *, older: bool = False) -> House:
        """Open the data folder, making or migrating what is missing; `older` as for `open`.

        A master key is made for an empty database only: a new key beside old data would look
        like a fresh start while everything sealed is lost.
        """
        make_folder(settings.folder)
        if not master_keys.check_present(settings) and is_fresh(settings):
            LocalMasterKey.create(settings.master_key_file)
        database = database_of(settings)
        if revision(database) is not None:
            database.check_master_key()
        migrate(database)
        database.check_master_key()
        if not older:
            check_age(database, settings)
        return cls(settings, database)

    # -- what commands ask for (the Protocols of their rooms) --------------------------------------

    @property
    def tiles(self) -> Path:
        """Where the ledger's tiles are."""
        return self.settings.tiles

    @property
    def lexicons(self) -> Path:
        """Where compiled lexicons are kept."""
        return self.settings.lexicons

    def staff(self, name: str) -> Actor:
        """The staff member of this name; raises NotFound."""
        with self.database.read() as tx:
            return accounts.staff_actor(tx, name)

    def publish(self, event: Event) -> None:
        """Tell the listeners of this process and all others; who is not told looks by itself."""
        self.bus.publish(event)
        self.notices.announce(event)

    def _look_at_pools(self, event: ConsentWithdrawn) -> None:
        """Pools for training that hold records of somebody who has withdrawn are made anew."""
        try:
            privacy.consent_withdrawn(self.database, self.consents(), event.person)
        except GuijuError as error:
            # The consent is withdrawn whatever happens here, and the daily look finds it, too.
            _log.warning("pools were not looked at after a withdrawal: %s", error.code)

    def said(self, actor: Actor, reason: str, days: int, most: int) -> Iterator[policies.Said]:
        """Recorded texts of the last `days`, for a dry run; the reading goes on record first."""
        with self.database.write() as tx:
            since = tx.now - timedelta(days=days)
            reading = records.announce(tx, actor, "dry-run", reason, since=since, most=most)
        with self.database.read() as tx:
            for given, answered in records.opened(tx, reading):
                yield from (policies.Said(*one) for one in recalled(given, answered))

    def screen(self) -> Screen:
        """The screen of the policy in force."""
        self.rules.refresh()
        return self.rules.now().screen

    def labelling(self) -> tuple[str, ExplicitLabel]:
        """The provider's code and the words of its visible label, by statement and policy."""
        self.rules.refresh()
        rules = self.rules.now()
        return rules.implicit["ContentProducer"], rules.label

    def image_screen(self) -> images.ImageScreen:
        """The screen for pictures of the policy in force, with the eyes that are installed."""
        screen = self.screen()
        with self.database.read() as tx:
            policy = policies.active(tx)
            known = None if policy is None else self.pictures.of(tx, policy.body)
        table = {} if policy is None else policy.body["screening"]
        eyes = images.Eyes.installed(known=known)
        return images.ImageScreen.load(table, screen.policy, screen.judge, eyes)

    def note_picture(
        self, picture: str, direction: Direction, verdict: images.ImageVerdict
    ) -> None:
        """Put on record that the picture with this digest was judged."""
        one = records.picture_screening(verdict, picture, direction)
        with self.database.write() as tx:
            records.note_picture(tx, one)

    @property
    def proofs(self) -> accounts.Proofs:
        """Who hears of verified identities: ages and guardians rest on them."""
        return minors.Proving()

    def consents(self) -> records.Consents:
        """Who agreed to what; nobody did where nobody was asked."""
        return Agreed()

    def pool_maker(self) -> records.PoolMaker:
        """Makes one pool of records for training."""
        looks = Screen((), "personal", Personal(dict.fromkeys(KINDS_OF_PERSONAL, Outcome.MASK)))

        def personal(text: str) -> bool:
            return bool(looks.judge(text, "training").findings)

        return records.PoolMaker(
            self.database, self.consents(), recalled, personal, dispositions.kept_back
        )

    def data_classes(self) -> Mapping[str, inventory.DataClass]:
        """Every class of data as the policy in force says it."""
        with self.database.read() as tx:
            policy = policies.active(tx)
        return inventory.classes(None if policy is None else policy.body)

    def policy_digest(self) -> str:
        """The digest of the policy in force; empty without one."""
        with self.database.read() as tx:
            policy = policies.active(tx)
        return "" if policy is None else policy.digest

    def usage_days(self) -> int | None:
        """How long the policy in force keeps usage; None: it says nothing."""
        with self.database.read() as tx:
            policy = policies.active(tx)
        days = None if policy is None else policy.body["records"].get("usage_days")
        return None if days is None else int(days)

    def case_retention(self) -> CaseRetention:
        """How long the policy in force keeps words of closed cases, and what people hold longer."""
        with self.database.read() as tx:
            policy, held = policies.active(tx), records.held_days(tx)
        return CaseRetention({} if policy is None else policies.case_days(policy.body), held)

    def running(self, tx: Tx) -> Running:
        """What runs, to be held against what was said and filed."""
        return what_runs(tx, self.settings.upstream)

    def standing(self, window_days: int = 30) -> Report:
        """The standing now, from every leaf of the ledger."""
        ledger.integrate(self.database)
        return StandingBoard(self.database, self.signals).report(window_days)

    def signals(self) -> dict[str, Signal]:
        """Live measurements beside the evidence: verification, coverage, filing, erasures."""
        return signals_of(self)

    def _publish_evidence(self) -> None:
        """Give all evidence its place and bring it into the files, which no backup puts back."""
        ledger.integrate(self.database)
        ledger.publish(self.database, self.tiles)

    def close(self) -> None:
        """Give connections back."""
        self.database.close()
