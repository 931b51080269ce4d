# SPDX-License-Identifier: Apache-2.0
"""What commands find in the click context: the house, opened when first asked for.

Each room says in a Protocol of its own what it asks of a desk; this one has all of it. Nothing
heavy is loaded before it is asked for, so that help answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guiju.kernel import Event

if TYPE_CHECKING:
    from pathlib import Path

    from guiju.app.house import House


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
