# SPDX-License-Identifier: Apache-2.0
"""The command line. Groups load when they are called, so that `guiju --help` answers at once."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from guiju.kernel import Event, GuijuError

if TYPE_CHECKING:
    from pathlib import Path

    from guiju.app.house import House

# Name, where the command is, one line of help, chapter of the Measures.
_COMMANDS: tuple[tuple[str, str, str, str], ...] = (
    ("up", "guiju.app.running:up", "Everything in one: service, console, housekeeping.", "run"),
    ("gateway", "guiju.app.running:gateway", "The service on prepared data.", "run"),
    ("worker", "guiju.app.running:worker", "Housekeeping only.", "run"),
    ("db", "guiju.app.keeping:db", "Migrate the database.", "run"),
    ("doctor", "guiju.app.keeping:doctor", "What is wrong here, and what to do about it.", "run"),
    ("law", "guiju.measures.commands:group", "The Measures as data, and their standing.", "I"),
    ("screen", "guiju.screening.commands:screen", "Judge a text by the policy in force.", "II"),
    ("policy", "guiju.policies.commands:group", "The provider's rules, by two people.", "II"),
    (
        "lexicon",
        "guiju.policies.lexicon_commands:group",
        "Lists of words: check, import, roll back.",
        "II",
    ),
    (
        "images",
        "guiju.policies.image_commands:group",
        "Known pictures: check, import, roll back.",
        "II",
    ),
    (
        "classifier",
        "guiju.screening.classifier.commands:group",
        "The trained classifier: for triage, not a gate.",
        "II",
    ),
    ("label", "guiju.labelling.commands:group", "AI marks: put, pass on, read, check.", "II"),
    (
        "upstream",
        "guiju.gateway.upstreams.commands:group",
        "Where models are asked, and the keys for it.",
        "III",
    ),
    ("accounts", "guiju.accounts.commands:group", "People, keys, agreement, staff.", "III"),
    (
        "minors",
        "guiju.minors.commands:group",
        "Minors' mode, guardians, companions.",
        "III",
    ),
    (
        "agreement",
        "guiju.accounts.agreement_commands:group",
        "The service agreement: propose, approve, compare.",
        "III",
    ),
    (
        "profile",
        "guiju.profile.commands:group",
        "What is said of the service, filed, and running.",
        "III",
    ),
    (
        "privacy",
        "guiju.privacy.commands:group",
        "Requests of people: copies, erasures, certificates.",
        "III",
    ),
    (
        "records",
        "guiju.records.all_commands:group",
        "Gaps in coverage; records that have expired.",
        "III",
    ),
    (
        "keys",
        "guiju.records.key_commands:group",
        "The master key and keys of people: others for them.",
        "III",
    ),
    (
        "disposition",
        "guiju.dispositions.commands:group",
        "Measures against people, and their appeals.",
        "III",
    ),
    ("case", "guiju.casework.commands:group", "Cases: what waits, take it, write on it.", "III"),
    (
        "incident",
        "guiju.incidents.commands:group",
        "Incidents: grade, stop, report, put right.",
        "III",
    ),
    ("report", "guiju.reporting.commands:group", "Reports to the authorities.", "III"),
    ("complaint", "guiju.complaints.commands:group", "What the public complains of.", "III"),
    ("ledger", "guiju.ledger.commands:group", "Evidence: verify, prove, export.", "IV"),
)
_CHAPTERS = {
    "I": "Chapter I, general (Articles 1-4)",
    "II": "Chapter II, development and content (Articles 4-8, 12, 14)",
    "III": "Chapter III, service and people (Articles 9-15)",
    "IV": "Chapter IV, supervision and evidence (Articles 16-21)",
    "run": "Running guiju",
}


class Desk:
    """What commands find in the click context: the house, opened when first asked for."""

    def __init__(self, data: str | None) -> None:
        """Remember where the data is; open nothing."""
        self.data = data
        self._house: House | None = None

    @property
    def house(self) -> House:
        """The opened house; raises Unavailable when there is no data."""
        if self._house is None:
            from guiju.app.house import House  # noqa: PLC0415 - help must not wait for the rooms
            from guiju.app.settings import read_settings  # noqa: PLC0415 - as above

            self._house = House.open(read_settings(self.data))
        return self._house

    @property
    def database(self) -> Any:
        """The open database."""
        return self.house.database

    @property
    def kinds(self) -> Any:
        """Every kind of case."""
        return self.house.kinds

    @property
    def stores(self) -> Any:
        """Every store of people's data."""
        return self.house.stores

    @property
    def eraser(self) -> Any:
        """Who carries erasures out."""
        return self.house.eraser

    @property
    def packer(self) -> Any:
        """Who makes copies."""
        return self.house.packer

    @property
    def tiles(self) -> Any:
        """Where the ledger's tiles are."""
        return self.house.tiles

    @property
    def lexicons(self) -> Any:
        """Where compiled lexicons are kept; whoever asks need not open the data."""
        from guiju.app.settings import read_settings  # noqa: PLC0415 - as above

        return read_settings(self.data).lexicons

    def said(self, actor: Any, reason: str, days: int, most: int) -> Any:
        """Recorded texts, opened for a dry run."""
        return self.house.said(actor, reason, days, most)

    def usage_days(self) -> int | None:
        """How long the policy keeps usage."""
        return self.house.usage_days()

    def note_reading(self, tx: Any, actor: Any, thing: str, reason: str, subject: str) -> None:
        """Put on record that somebody opens the words of a case."""
        from guiju.app.review import note_reading  # noqa: PLC0415 - as above

        note_reading(tx, actor, thing, reason, subject)

    def session_of(self, actor: Any) -> str:
        """The token of a new session for a member of staff."""
        from guiju.accounts import SessionKind, open_session  # noqa: PLC0415 - as above

        with self.database.write() as tx:
            return open_session(tx, SessionKind.STAFF, actor).token

    def case_retention(self) -> Any:
        """How long the policy keeps the words of closed cases."""
        return self.house.case_retention()

    def consents(self) -> Any:
        """Who agreed to what."""
        return self.house.consents()

    def data_classes(self) -> Any:
        """Every class of data as the policy says it."""
        return self.house.data_classes()

    def pool_maker(self) -> Any:
        """Makes one pool of records for training."""
        return self.house.pool_maker()

    def policy_digest(self) -> str:
        """The digest of the policy in force."""
        return self.house.policy_digest()

    def replay(self, by: str, folder: Path | None) -> Any:
        """Delete again what was deleted before an older database was put back; None: it is none."""
        from guiju.app.house import House  # noqa: PLC0415 - as above
        from guiju.app.restoring import replay  # noqa: PLC0415 - as above
        from guiju.app.settings import read_settings  # noqa: PLC0415 - as above

        self._house = House.open(read_settings(self.data), older=True)
        return replay(self._house, by, folder)

    def turn_master_key(self) -> bool:
        """Make the next master key."""
        from guiju.app import master_keys  # noqa: PLC0415 - as above

        return master_keys.turn(self.house.settings)

    def old_master_keys(self) -> list[str]:
        """Files of master keys that are not in force."""
        from guiju.app import master_keys  # noqa: PLC0415 - as above

        return [one.name for one in master_keys.retired(self.house.settings)]

    def discard_master_keys(self) -> list[str]:
        """Remove them."""
        from guiju.app import master_keys  # noqa: PLC0415 - as above

        return master_keys.discard(self.house.settings)

    def standing(self, window_days: int = 30) -> Any:
        """The standing of every article now."""
        return self.house.standing(window_days)

    def person(self, said: str) -> str:
        """The pseudonym of whoever has this login name or pseudonym."""
        from guiju import accounts  # noqa: PLC0415 - as above

        with self.database.read() as tx:
            found = accounts.find_person(tx, said)
            return str(accounts.get_person(tx, said).id if found is None else found.id)

    def searchable(self) -> Any:
        """The kinds of terms by which the policy lets records be found."""
        from guiju.privacy import searchable  # noqa: PLC0415 - as above

        with self.database.read() as tx:
            return searchable(tx)

    def named(self, tx: Any, kind: str, term: str) -> Any:
        """People by a name or by an app's id of its end user."""
        from guiju.privacy import named  # noqa: PLC0415 - as above

        return named(tx, kind, term)

    def staff(self, name: str) -> Any:
        """The staff member of this name."""
        return self.house.staff(name)

    def publish(self, event: Event) -> None:
        """Tell the listeners."""
        self.house.publish(event)

    @property
    def anchors(self) -> Any:
        """The file of who vouches for content credentials; the data need not be opened."""
        from guiju.app.settings import read_settings  # noqa: PLC0415 - as above

        return read_settings(self.data).file("c2pa_anchors")

    def running(self, tx: Any) -> Any:
        """What runs, to be held against what was said and filed."""
        return self.house.running(tx)

    def labelling(self) -> Any:
        """The provider's code and the words of its visible label."""
        return self.house.labelling()

    @property
    def fleet(self) -> Any:
        """Whoever makes upstreams."""
        return self.house.fleet

    @property
    def routes(self) -> Any:
        """The routes of the data plane, by name."""
        from guiju.gateway import ROUTE_NAMES  # noqa: PLC0415 - as above

        return ROUTE_NAMES

    def screen(self) -> Any:
        """The screen of the policy in force."""
        return self.house.screen()

    def recalled(self, given: bytes, answered: bytes) -> Any:
        """The texts behind a record, as they were judged then."""
        from guiju.gateway import recalled  # noqa: PLC0415 - as above

        return recalled(given, answered)

    def image_screen(self) -> Any:
        """The screen for pictures of the policy in force."""
        return self.house.image_screen()

    def note_picture(self, picture: str, direction: Any, verdict: Any) -> None:
        """Put on record that a picture was judged."""
        self.house.note_picture(picture, direction, verdict)


class _Chapters(click.Group):
    """A group whose members load late and whose help follows the chapters of the Measures."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        return [name for name, *_ in _COMMANDS]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click hands it over
        cmd_name: str,
    ) -> click.Command | None:
        for name, where, *_ in _COMMANDS:
            if name == cmd_name:
                module, _, attribute = where.partition(":")
                found = getattr(importlib.import_module(module), attribute)
                return found if isinstance(found, click.Command) else None
        return None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click hands it over
        formatter: click.HelpFormatter,
    ) -> None:
        for chapter, title in _CHAPTERS.items():
            rows = [(name, text) for name, _, text, place in _COMMANDS if place == chapter]
            with formatter.section(title):
                formatter.write_dl(rows)


@click.group(cls=_Chapters, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    metavar="DIR",
    envvar="GUIJU_DATA",
    help="The data folder (GUIJU_DATA); default ./var.",
)
@click.version_option(package_name="guiju", prog_name="guiju")
@click.pass_context
def cli(context: click.Context, data: str | None) -> None:
    """规矩 guiju: the Measures for generative AI services as running software."""
    context.obj = Desk(data)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command; an error of our tree is one line with its remedy and an exit status."""
    try:
        status = cli.main(args=_data_anywhere(arguments), prog_name="guiju", standalone_mode=False)
    except GuijuError as error:
        _report(error)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output had seen enough; there is nothing left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)


def _data_anywhere(arguments: Sequence[str] | None) -> list[str]:
    """Let `--data DIR` stand after the command too: every command takes it."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for at, word in enumerate(given):
        if word == "--data" and at + 1 < len(given):
            return ["--data", given[at + 1], *given[:at], *given[at + 2 :]]
        if word.startswith("--data="):
            return [word, *given[:at], *given[at + 1 :]]
    return given


def _report(error: GuijuError) -> None:
    language = (
        "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"
    )
    if "--json" in sys.argv:
        shown = {"code": error.code, "what": error.what.to(language)}
        click.echo(json.dumps({"error": shown | {"remedy": error.remedy.to(language)}}), err=True)
    else:
        click.echo(f"guiju: {error.code}: {error.message(language)}", err=True)
