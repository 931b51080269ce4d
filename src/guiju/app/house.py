# SPDX-License-Identifier: Apache-2.0
"""The wiring: rooms that may not know each other are introduced here, and only here."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from guiju import (
    accounts,
    dispositions,
    inventory,
    ledger,
    minors,
    policies,
    privacy,
    profile,
    records,
)
from guiju.app import master_keys
from guiju.app.cases import KINDS, handlers
from guiju.app.consenting import Agreed
from guiju.app.look_around import what_runs
from guiju.app.mailing import confirming, sending, server_of, telling
from guiju.app.notices import Notices
from guiju.app.restoring import check_age
from guiju.app.settings import Settings
from guiju.app.stores import person_stores
from guiju.casework import CONFIRM_TOPIC, MAIL_TOPIC, CaseRetention
from guiju.gateway import (
    Barring,
    Chain,
    ClientPost,
    DemoModel,
    Fleet,
    Gateway,
    HttpUpstream,
    Minder,
    Recorder,
    RulesHolder,
    Shelf,
    Upstream,
    reaches_minors,
    recalled,
)
from guiju.gateway.limiting import Embedded, Office, Rows
from guiju.gateway.telemetry import Sharing, Tracing
from guiju.kernel import (
    Actor,
    Bus,
    ConsentWithdrawn,
    Event,
    GuijuError,
    Keyring,
    LocalMasterKey,
    PartsChanged,
    PolicyActivated,
    StandingChanged,
    SystemClock,
    Text,
    Unavailable,
    isoformat,
    new_id,
)
from guiju.labelling import ExplicitLabel
from guiju.measures import Report, Signal
from guiju.profile import Running
from guiju.screening import Direction, Outcome, Screen, images
from guiju.screening.personal import KINDS as KINDS_OF_PERSONAL
from guiju.screening.personal import Personal
from guiju.storage import Database, Tx, head_revision, migrate, revision
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
        _check_data(settings)
        database = _database(settings)
        _check_schema(database, settings)
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
        _make_folder(settings.folder)
        if not master_keys.check_present(settings) and _is_fresh(settings):
            LocalMasterKey.create(settings.master_key_file)
        database = _database(settings)
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
        """Live measurements: the last full verification of the ledger, open gaps in coverage."""
        found: dict[str, Signal] = {}
        verified = read_verification(self.settings.folder)
        if verified is not None:
            found["ledger-verified"] = verified
        with self.database.read() as tx:
            waiting = records.open_gaps(tx)
            if waiting or records.recent(tx, limit=1):
                detail = f"{waiting} gaps in coverage are open."
                now = self.clock.now()
                found["probe:coverage-incidents"] = Signal(waiting == 0, now, detail=detail)
            if (policy := policies.active(tx)) is not None:
                through = reaches_minors(policy.body)
                detail = f"{len(through)} harms that are kept from minors would reach them."
                found["probe:minors-content"] = Signal(not through, self.clock.now(), detail=detail)
            if (drifted := self._drift(tx)) is not None:
                found["filing-drift"] = drifted
            probed = privacy.probe(tx, self.stores)
            if probed is not None:
                said = f"{probed.asked} people who were erased were asked for."
                if probed.found:
                    said += f" Found in: {', '.join(probed.found)}."
                found["probe:erasure-proved"] = Signal(
                    not probed.found, probed.at, probed.asked, said
                )
        return found

    def _drift(self, tx: Tx) -> Signal | None:
        """Whether what was filed is what runs; None while nothing was filed."""
        if not profile.filed(tx):
            return None
        compared = profile.compare(tx, self.running(tx))
        count = len(compared.drifts)
        detail = f"{count} differences between what was filed and what runs."
        return Signal(count == 0, self.clock.now(), len(compared.filed), detail)

    # -- the data plane ----------------------------------------------------------------------------

    def gateway(self) -> Gateway:
        """The data plane with its parts, not yet started."""
        barring = Barring(self.database)
        minder = Minder(self.database, self.wards, self.clock)
        # Only who serves compiles a policy at once; a command that has approved one is done.
        self.bus.subscribe(PolicyActivated, lambda _: self.rules.refresh())
        self.bus.subscribe(PartsChanged, lambda _: self._take_up_stops(barring))
        self.bus.subscribe(StandingChanged, lambda event: barring.review(event.person))
        self.bus.subscribe(StandingChanged, lambda event: minder.review(event.person))
        return Gateway(
            rules=self.rules,
            directory=self.directory,
            upstream=self._upstream(),
            fleet=self.fleet,
            recorder=Recorder(
                self.database,
                dispositions.Watch().record,
                self._spill(),
                lambda person: self.publish(StandingChanged(person)),
            ),
            clock=self.clock,
            sharing=Sharing(self.settings.metrics, self.clock),
            tracing=self._tracing(),
            shelf=Shelf(self.database),
            office=self._office(barring),
            barring=barring,
            minder=minder,
        )

    def _take_up_stops(self, barring: Barring) -> None:
        """Let what was stopped answer nobody from now on, and end what it is saying."""
        with self.database.read() as tx:
            policies.take_up_stops(tx, self.rules.stopped)
        barring.contain()

    def _office(self, barring: Barring) -> Office:
        """What this worker may let through, by the one count of all workers."""
        settings, worker = self.settings, new_id("wk")
        kind = Rows if settings.sqlite_file is None else Embedded

        def missed() -> None:
            self.directory.forget_all()
            self.wards.forget(accounts.EVERYBODY)
            barring.review(accounts.EVERYBODY)

        return Office(
            kind(self.database, settings.limits, worker),
            told=lambda text: _beside(self.notices.heard, text),
            missed=missed,
        )

    def _tracing(self) -> Tracing | None:
        settings = self.settings
        return Tracing(settings.traces, settings.trace_percent) if settings.traces else None

    def _spill(self) -> records.Spill:
        return records.Spill(self.settings.spill, self.database.keys)

    def _upstream(self) -> Upstream:
        if self.settings.upstream is None:
            return DemoModel(self.clock)
        key = os.environ.get("GUIJU_UPSTREAM_KEY")
        secure = self.settings.upstream.startswith("https:")
        context = self.fleet.trusted() if secure else None
        return HttpUpstream(self.settings.upstream, key, context)

    def _publish_evidence(self) -> None:
        """Give all evidence its place and bring it into the files, which no backup puts back."""
        ledger.integrate(self.database)
        ledger.publish(self.database, self.tiles)

    def close(self) -> None:
        """Give connections back."""
        self.database.close()


def _beside(do: Callable[[str], None], text: str) -> None:
    """Do what may take a while in a thread beside the event loop."""
    asyncio.get_running_loop().run_in_executor(None, do, text)


# -- the last verification, shared by all processes of a machine through a small file --------------


def read_verification(folder: Path) -> Signal | None:
    """What `guiju ledger verify` said last, if it ran."""
    try:
        found = msgspec.json.decode((folder / "verified.json").read_bytes())
        at = datetime.fromisoformat(found["at"])
        return Signal(bool(found["ok"]), at, int(found["size"]), str(found["detail"]))
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


class Verification(NamedTuple):
    """What a whole verification found."""

    ok: bool
    size: int
    problems: Sequence[str]


def write_verification(folder: Path, said: Verification, at: datetime) -> None:
    """Leave for other processes what a verification found."""
    folder.mkdir(parents=True, exist_ok=True)
    detail = said.problems[0] if said.problems else ""
    found = {"ok": said.ok, "size": said.size, "at": isoformat(at), "detail": detail}
    temporary = folder / "verified.json.tmp"
    temporary.write_bytes(msgspec.json.encode(found))
    temporary.replace(folder / "verified.json")


# -- opening ---------------------------------------------------------------------------------------


def _database(settings: Settings) -> Database:
    keys = master_keys.keyring(settings)
    return Database.open(settings.database_url, keys, key_seconds=settings.key_cache_seconds)


def _is_fresh(settings: Settings) -> bool:
    """Whether the database holds nothing yet; looking needs no key."""
    looking = Database.open(settings.database_url, Keyring(LocalMasterKey(bytes(32))))
    try:
        return looking.is_empty()
    finally:
        looking.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            "data-folder",
            Text(zh=f"无法创建数据目录 {folder}。", en=f"The data folder {folder} cannot be made."),
            Text(zh="请用 --data 指定可写的目录。", en="Name a writable folder with --data."),
        ) from error


def _check_data(settings: Settings) -> None:
    """Looking must not make an empty database where there was none."""
    file = settings.sqlite_file
    if file is not None and not file.exists():
        raise _no_data(settings)


def _check_schema(database: Database, settings: Settings) -> None:
    if database.is_empty():
        raise _no_data(settings)
    if revision(database) != head_revision():
        raise Unavailable(
            "schema-differs",
            Text(
                zh="数据库结构与本版本不符。", en="The database has the schema of another version."
            ),
            Text(zh="请运行 guiju db migrate。", en="Run guiju db migrate."),
        )


def _no_data(settings: Settings) -> Unavailable:
    return Unavailable(
        "no-data",
        Text(zh=f"{settings.data} 中没有数据。", en=f"There is no data in {settings.data}."),
        Text(zh="请先运行 guiju up，或用 --data 指定。", en="Run guiju up first, or use --data."),
    )
