# SPDX-License-Identifier: Apache-2.0
"""Mail to people, by the provider's own mail server; off until one is named.

A mail is handed over after the transaction that wrote the notice, and again until a mail server has
taken it or has refused it for good. Whoever dies between the two sends it twice, under the same
`Message-ID`, by which mail programs show one.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from guiju.app.settings import Settings
from guiju.casework import (
    Confirmation,
    Handler,
    Kinds,
    Mail,
    address_refused,
    confirmation,
    is_pending,
    mail,
    settle,
    settle_confirmation,
)
from guiju.dispositions import statement_mail
from guiju.kernel import BEIJING, Text, software
from guiju.storage import Database

_TIMEOUT_SECONDS = 15.0
_FOR_GOOD = 500
_SENDER = software("mail")
_SUBJECT = Text(zh="有一条给你的通知", en="There is a notice for you")
_ASKED = Text(zh="请确认邮箱", en="Please confirm your mail address")
_END = Text(zh="本邮件自动发出，回复无人阅读。", en="Sent by software; nobody reads replies.")


class UndeliverableError(Exception):
    """The other side has refused the mail for good: nobody tries again."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `security`: `starttls`, `tls` or `none`."""

    host: str
    port: int
    security: str
    user: str
    password: str
    ca: Path | None

    def __call__(self, message: EmailMessage) -> None:
        """Hand a mail over.

        Raises:
            UndeliverableError: refused for good because of whom it is for, or of what it is.
            OSError: anything that may be better another time.
        """
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= _FOR_GOOD for code in codes):
                raise UndeliverableError from error
            raise
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= _FOR_GOOD:
                raise UndeliverableError from error
            raise

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        if self.security == "starttls":
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


Post = Callable[[EmailMessage], None]


def server_of(settings: Settings) -> MailServer | None:
    """The mail server that the settings name; None: no mail is sent."""
    if not settings.mail_host:
        return None
    secret = settings.file("mail_password_file")
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        security=settings.mail_security,
        user=settings.mail_user,
        password="" if secret is None else secret.read_text(encoding="utf-8").strip(),
        ca=settings.file("mail_ca"),
    )


def sending(settings: Settings, kinds: Kinds, post: Post | None) -> Handler:
    """What sends the mail of a notice; where no mail is sent, the notice counts as sent back."""

    def send(database: Database, notice: str) -> None:
        with database.read() as tx:
            # Somebody else may have sent it and died before it left the outbox.
            waits, found = is_pending(tx, notice), mail(tx, kinds, notice)
        if not waits:
            return
        verb = "bounce"
        if post is not None and found is not None:
            verb = _sent(post, message(found, settings.mail_from, settings.public_url))
        refused = post is not None and found is not None and verb == "bounce"
        with database.write() as tx:
            settle(tx, _SENDER, notice, verb)
            if refused:
                address_refused(tx, notice)

    return send


def telling(settings: Settings, post: Post | None) -> Handler:
    """What sends the mail of a statement of reasons; nothing where no mail is sent."""

    def tell(database: Database, statement: str) -> None:
        with database.read() as tx:
            found = statement_mail(tx, statement)
        if post is not None and found is not None:
            _sent(post, message(found, settings.mail_from, settings.public_url))

    return tell


def confirming(settings: Settings, post: Post | None) -> Handler:
    """What sends the link by which an address is confirmed; where no mail is sent, it waits."""

    def send(database: Database, name: str) -> None:
        with database.read() as tx:
            found = confirmation(tx, name)
        if found is None or post is None:
            return
        made = asking(found, settings.mail_from, settings.public_url)
        sent = _sent(post, made) == "deliver"
        with database.write() as tx:
            settle_confirmation(tx, name, sent=sent)

    return send


def asking(one: Confirmation, sender: str, public: str) -> EmailMessage:
    """The mail with the link; it names nobody, for it may reach somebody else."""
    until = one.until.astimezone(BEIJING)
    link = f"{public.rstrip('/')}/mail/{one.secret}"
    words = Text(
        zh=f"有人希望在这个邮箱收到本服务的通知提醒。请打开下面的网址确认，{until:%Y-%m-%d %H:%M}"
        "（北京时间）前有效，只能用一次。\n\n"
        f"{link}\n\n不是您填写的，请不必理会，或在该页面选择“不是我”；未经确认不会再发邮件。",
        en="Somebody wants this service to say here when there is a notice for them. To confirm "
        f"it, open this page before {until:%Y-%m-%d %H:%M} (Beijing); it works once.\n\n{link}\n\n"
        "If that was not you, leave it, or choose “Not mine” there: without a confirmation no "
        "other mail comes.",
    )
    return _made(one, sender, _ASKED, words.to(one.language))


def message(one: Mail, sender: str, public: str) -> EmailMessage:
    """The mail: a number and a link, in the person's language; nothing of the case."""
    link = public.rstrip("/") + one.page
    made = _made(one, sender, _SUBJECT, f"{one.words}\n\n{link}")
    made["Date"] = format_datetime(one.written_at)
    return made


def _made(one: Mail | Confirmation, sender: str, subject: Text, words: str) -> EmailMessage:
    """A mail of ours; its `Message-ID` is for ever that of its cause."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = one.address
    made["Subject"] = subject.to(one.language)
    made["Message-ID"] = f"<{one.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = one.language
    made.set_content(f"{words}\n\n{_END.to(one.language)}\n")
    return made


def _sent(post: Post, made: EmailMessage) -> str:
    try:
        post(made)
    except UndeliverableError:
        return "bounce"
    return "deliver"
