# SPDX-License-Identifier: Apache-2.0
"""Housekeeping beside the service: grow the tree, publish tiles, notice changed rules, verify.

Runs as a thread of each serving process and in `guiju worker`. Every step is safe to run in several
processes at once, so nobody has to be the leader and nobody's absence stops the rest.
"""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import msgspec

from guiju import casework, complaints, ledger, policies, profile, records
from guiju.app.house import House
from guiju.app.noticing import Noticing
from guiju.app.placing import beside
from guiju.app.review import rules as review_rules
from guiju.app.verification import Verification, read_verification, write_verification
from guiju.dispositions import jobs as dispositions
from guiju.kernel import GuijuError, monotonic, software
from guiju.minors import jobs as minors
from guiju.privacy import jobs as privacy

_log = logging.getLogger("guiju.keeper")
_PULSE_SECONDS = 1.0
_SELDOM_SECONDS = 10.0
_STOP_SECONDS = 5.0
_PUBLISH_SECONDS = 5.0
# A whole verification re-reads every row, so it runs apart, seldom, and for one process at a time.
_VERIFY_EVERY_SECONDS = 900.0
_RETRY_SECONDS = 60.0
_EXPIRE_SECONDS = 60.0
_COMPARE_SECONDS = 86_400.0
_EXPIRE_FOR = 0.5
_EXPIRE_STEPS = 5
_RENEW_FOR = 0.5
_COUNT_SECONDS = 24 * 3600.0
_REMIND_SECONDS = 3_600.0
_POOLS_SECONDS = 86_400.0
_MOST_TALLIES = 500
_MAILS = 5
_KEEPER = software("keeper")


class Every:
    """A step that is taken once in so many seconds, first at once: for what nobody waits for."""

    def __init__(self, seconds: float, step: Callable[[House], None]) -> None:
        """It keeps the name of `step`; one that fails is taken again when its time comes."""
        self._seconds = seconds
        self._step = step
        self._due = 0.0
        self.__name__ = step.__name__

    def __call__(self, house: House) -> None:
        """Take the step, if it is time."""
        now = monotonic()
        if now >= self._due:
            self._due = now + self._seconds
            self._step(house)


class Keeper:
    """Takes its steps once a second each until it is stopped.

    They are spread over that second: one after the other without a pause they would keep the
    interpreter from requests for a fiftieth of it at a stretch.
    """

    def __init__(self, house: House, steps: tuple[Callable[[House], None], ...]) -> None:
        """Nothing runs until `start`."""
        self._house = house
        self._steps = steps
        self._stop = threading.Event()
        self._troubles: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the step under way and end."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def ask_to_stop(self) -> None:
        """End after the step under way; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work in this thread until stopped."""
        self._run()

    def _run(self) -> None:
        pause = _PULSE_SECONDS / len(self._steps)
        for step in cycle(self._steps):
            if self._stop.is_set():
                return
            self._try(step)
            self._stop.wait(pause)

    def _try(self, step: Callable[[House], None]) -> None:
        try:
            step(self._house)
        except GuijuError as error:
            self._say(step, str(error))
        except Exception:  # noqa: BLE001 - one failing step must not end the others
            _log.exception("%s failed", step.__name__)
        else:
            self._say(step, "")

    def _say(self, step: Callable[[House], None], trouble: str) -> None:
        """Log a trouble when it begins and when it is over, not once a second between."""
        if self._troubles.get(step.__name__, "") != trouble:
            self._troubles[step.__name__] = trouble
            _log.warning("%s: %s", step.__name__, trouble or "works again")


def refresh_rules(house: House) -> None:
    """Take up a policy or profile that another process has put in force."""
    house.rules.refresh()


def lapse_urgent_terms(house: House) -> None:
    """Put on record which urgent terms nobody has confirmed in time."""
    with house.database.read() as tx:
        due = policies.urgent_terms_due(tx)
    if due:
        with house.database.write() as tx:
            policies.lapse_urgent_terms(tx)


def mind_cases(house: House) -> None:
    """Do what time does to cases, and what follows from their steps outside."""
    casework.sweep(house.database, house.kinds)
    casework.deliver(house.database, house.handlers)


def send_mail(house: House) -> None:
    """Hand over what waits to be mailed, a few at a time: a mail server may take its time."""
    casework.deliver(house.database, house.mailing, _MAILS)


def settle_dispositions(house: House) -> None:
    """Put in force what was decided about people on whatever page."""
    dispositions.settle(house.database)


def withdraw_content(house: House) -> None:
    """Mark records of others with the same content as was withdrawn, some tenths of a second."""
    dispositions.withdraw(house.database)


def draw_second_looks(house: House) -> None:
    """Once a day, draw closed decisions that somebody else looks at again."""
    with house.database.read() as tx:
        rules = review_rules(tx)
        due = casework.looks_due(tx, rules)
    if due:
        with house.database.write() as tx:
            casework.draw_looks(tx, _KEEPER, rules)


def serve_privacy_requests(house: House) -> None:
    """Make copies and carry erasures on: one process of a machine at a time."""
    with _only_one(house.settings.folder / ".privacy") as mine:
        if mine:
            privacy.work(house.eraser, house.packer)


def renew_keys(house: House) -> None:
    """Seal again what keys of people sealed that are being renewed, a little each second."""
    with _only_one(house.settings.folder / ".renewing") as mine:
        if mine:
            records.Renewer(house.database).work(_RENEW_FOR)


def publish_process(house: House) -> None:
    """Put on record what the policy in force promises whoever complains."""
    with house.database.read() as tx:
        if complaints.is_published(tx):
            return
    with house.database.write() as tx:
        complaints.publish(tx)


def expire_records(house: House) -> None:
    """Delete what has reached its limit: looked for once a minute, then a few steps each second."""
    mark = house.settings.folder / ".expiring"
    with _only_one(mark) as mine:
        if not mine or house.clock.now().timestamp() - mark.stat().st_mtime < _EXPIRE_SECONDS:
            return
        if records.expire_gently(house.database, _KEEPER, house.usage_days(), _EXPIRE_FOR):
            mark.touch()


def expire_cases(house: House) -> None:
    """Delete the words of closed cases at their limit, and counts of floods that are over."""
    mark = house.settings.folder / ".expiring-cases"
    with _only_one(mark) as mine:
        if not mine or house.clock.now().timestamp() - mark.stat().st_mtime < _EXPIRE_SECONDS:
            return
        rules = house.case_retention()
        for _ in range(_EXPIRE_STEPS):
            with house.database.write() as tx:
                dropped = complaints.forget_tallies(tx, _MOST_TALLIES)
                if not casework.expire(tx, _KEEPER, house.kinds, rules) and not dropped:
                    mark.touch()
                    return


def compare_filed(house: House) -> None:
    """Once a day, put on record whether what runs is what was said and filed."""
    mark = house.settings.folder / ".comparing"
    with _only_one(mark) as mine:
        if not mine or house.clock.now().timestamp() - mark.stat().st_mtime < _COMPARE_SECONDS:
            return
        with house.database.write() as tx:
            if profile.current(tx) is not None:
                profile.put_on_record(tx, profile.compare(tx, house.running(tx)), _KEEPER)
                mark.touch()


def count_users(house: House) -> None:
    """Once a day, count users against the thresholds of companions, and forget old days of use."""
    mark = house.settings.folder / ".counting"
    with _only_one(mark) as mine:
        if mine and house.clock.now().timestamp() - mark.stat().st_mtime >= _COUNT_SECONDS:
            minors.daily(house.database)
            mark.touch()


def remind_of_privacy(house: House) -> None:
    """Once an hour, open a case for each paper, audit or disclosure that falls due."""
    mark = house.settings.folder / ".reminding"
    with _only_one(mark) as mine:
        if mine and house.clock.now().timestamp() - mark.stat().st_mtime >= _REMIND_SECONDS:
            privacy.remind(house.database, house.data_classes())
            mark.touch()


def look_at_pools(house: House) -> None:
    """Once a day, open a case for each pool for training that holds what it may no longer hold."""
    mark = house.settings.folder / ".pools"
    with _only_one(mark) as mine:
        if mine and house.clock.now().timestamp() - mark.stat().st_mtime >= _POOLS_SECONDS:
            with house.database.read() as tx:
                pools = [one.pool for one in records.overlaps(tx, house.consents())]
            privacy.remind_of_pools(house.database, pools)
            mark.touch()


def grow_tree(house: House) -> None:
    """Give pending evidence its place in the tree and publish the new tiles.

    Each second gets a signed checkpoint. Files, each with an fsync of its own, follow once nothing
    more comes, and under load every few seconds: published every second, they would cost as much as
    a twentieth of all requests.
    """
    grown = ledger.integrate(house.database, house.fresh) is not None
    if not grown or _publication_is_due(house):
        ledger.publish(house.database, house.tiles, house.fresh)


def _publication_is_due(house: House) -> bool:
    at = ledger.published_at(house.tiles)
    # A clock that was put back must not hold publication up.
    return at is None or not 0 <= (house.clock.now() - at).total_seconds() < _PUBLISH_SECONDS


def verify_ledger(house: House) -> None:
    """Verify everything in a process of its own when the last verification has grown old."""
    last = read_verification(house.settings.folder)
    if last is not None and (house.clock.now() - last.at).total_seconds() < _VERIFY_EVERY_SECONDS:
        return
    mark = house.settings.folder / ".verifying"
    with _only_one(mark) as mine:
        # The file's time says when somebody last tried: one that fails is not tried each second.
        if mine and house.clock.now().timestamp() - mark.stat().st_mtime > _RETRY_SECONDS:
            mark.touch()
            _verify_apart(house)


def _verify_apart(house: House) -> None:
    command = [sys.executable, "-m", "guiju.app", "--data", house.settings.data]
    environment = {**os.environ, "GUIJU_DATABASE": house.settings.database_url}
    done = subprocess.run(  # noqa: S603 - our own program with our own folder
        [*beside(), *command, "ledger", "verify", "--json", "--processes", "1"],
        check=False,
        capture_output=True,
        env=environment,
    )
    try:
        report = msgspec.json.decode(done.stdout)
        problems = [f"{one['where']}: {one['what']}" for one in report["problems"]]
        found = Verification(report["ok"], report["size"], problems)
        write_verification(house.settings.folder, found, house.clock.now())
    except (msgspec.DecodeError, KeyError, TypeError):
        said = done.stderr[-500:].decode("utf-8", "replace")
        _log.warning("the ledger could not be verified: %s", said)


@contextmanager
def _only_one(path: Path) -> Iterator[bool]:
    """Whether this process holds the lock at `path`, until the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch()
        os.utime(path, (0, 0))
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


GROWING = (
    refresh_rules,
    Every(_SELDOM_SECONDS, lapse_urgent_terms),
    Noticing(),
    Every(_SELDOM_SECONDS, publish_process),
    mind_cases,
    settle_dispositions,
    withdraw_content,
    grow_tree,
)
# Apart from the growing: these take a while, and the tree must not wait for them.
VERIFYING = (
    Every(_SELDOM_SECONDS, count_users),
    serve_privacy_requests,
    renew_keys,
    Every(_SELDOM_SECONDS, remind_of_privacy),
    Every(_SELDOM_SECONDS, look_at_pools),
    expire_records,
    expire_cases,
    Every(_SELDOM_SECONDS, draw_second_looks),
    Every(_SELDOM_SECONDS, compare_filed),
    verify_ledger,
)
# A mail server that does not answer holds up mail and nothing else.
POSTING = (send_mail,)
