# SPDX-License-Identifier: Apache-2.0
"""Mail by a real SMTP server: it says where to look and nothing else, and no crash loses it."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.journeys.conftest import POLICY, Service, until
from tests.ports import free_port

from guiju.app.mailing import MailServer, UndeliverableError
from guiju.kernel import SystemClock

WORDS = "quetzal lamplighter"
ADDRESS = "zorbl@example.org"
SERVER = """
import asyncio, ssl, sys
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.handlers import Mailbox

class Box(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 no such user"
        if address.startswith("busy"):
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

folder, port, *pair = sys.argv[1:]
more = {}
if pair:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*pair)
    more = {"tls_context": context, "require_starttls": True}
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
UnthreadedController(Box(folder), "127.0.0.1", int(port), loop=loop, **more).begin()
loop.run_forever()
"""
CRASH = """
import os, sys
from guiju.app import mailing
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.casework import deliver
def dies(*_): os.kill(os.getpid(), 9)
mailing.settle = dies
house = House.open(read_settings(sys.argv[1]))
deliver(house.database, house.mailing, 5)
"""
LATER = """
import sys
from datetime import timedelta
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.casework import deliver
from guiju.kernel import FixedClock
house = House.open(read_settings(sys.argv[1]))
house.database.clock = FixedClock(house.clock.now() + timedelta(minutes=3))
print(deliver(house.database, house.mailing, 5))
"""


class PostOffice:
    """A mail server in a process of its own, and what it has taken."""

    def __init__(self, folder: Path, *pair: Path) -> None:
        self.folder, self.port, self.pair = folder, free_port(), pair
        self.process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        command = [sys.executable, "-c", SERVER, str(self.folder), str(self.port)]
        self.process = subprocess.Popen([*command, *map(str, self.pair)])

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def mails(self) -> list[Message]:
        found = sorted(self.folder.glob("new/*")) if self.folder.exists() else []
        return [message_from_bytes(one.read_bytes(), policy=default) for one in found]


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[Callable[..., PostOffice]]:
    made: list[PostOffice] = []

    def office(*pair: Path) -> PostOffice:
        made.append(PostOffice(tmp_path / f"mail{len(made)}", *pair))
        return made[-1]

    yield office
    for one in made:
        one.close()


def letter(address: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.com", address, "hello"
    made.set_content("x")
    return made


def complain(service: Service, address: str) -> str:
    """Somebody complains and leaves an address. The number of the complaint."""
    body = {"category": "A4", "text": f"It said {WORDS}.", "contact": address, "language": "en"}
    kind = {"content_type": "application/json"}
    status, _, made = service.ask("/api/complaints", body, **kind)
    assert status == 201
    return str(made["number"])


def told(office: PostOffice) -> list[Message]:
    """The mails about notices, without the links."""
    return [one for one in office.mails() if str(one["Message-ID"]).startswith("<ntc_")]


def follow(service: Service, mail: Message) -> None:
    """Open the link in a mail, as people do, and say that the address is theirs."""
    said = mail.get_payload(decode=True)
    assert isinstance(said, bytes)
    found = re.search(r"https://ai\.example\.com(/mail/[\w-]+)", said.decode())
    assert found is not None
    # A browser that has no session yet keeps the token of the form in a cookie.
    # Over https where the service is reached; here it stands behind no proxy.
    policy = DefaultCookiePolicy(secure_protocols=("http", "https"))
    opener = build_opener(HTTPCookieProcessor(CookieJar(policy)))
    with opener.open(service.url + found[1], timeout=30) as page:
        token = re.search(r'name="form_token" value="([^"]+)"', page.read().decode())
    assert token is not None
    data = urlencode({"form_token": token[1]}).encode()
    with opener.open(f"{service.url}{found[1]}/confirm", data, timeout=30) as done:
        assert done.status == 200


@pytest.mark.slow
@pytest.mark.control("notices-by-mail")
def test_people_are_told_by_mail_whatever_dies(
    tmp_path: Path, services: list[Service], offices: Callable[..., PostOffice]
) -> None:
    """Down, it waits; killed between sending and noting, it comes twice under one Message-ID."""
    office = offices()
    service = Service(
        tmp_path / "data",
        GUIJU_MAIL_HOST="127.0.0.1",
        GUIJU_MAIL_PORT=str(office.port),
        GUIJU_MAIL_SECURITY="none",
        GUIJU_MAIL_FROM="service@example.com",
        GUIJU_PUBLIC_URL="https://ai.example.com/",
    )
    services.append(service)
    service.start()
    service.use_policy(POLICY)
    # The mail server is down: nothing is lost, and staff can see why it waits.
    number = complain(service, ADDRESS)
    until(lambda: "refused" in service.log.read_text().lower(), "an attempt fails")
    assert office.mails() == []
    office.open()
    (link,) = until(office.mails, "the link arrives")
    assert (link["To"], number in link.as_string()) == (ADDRESS, False)
    # Nothing but the link is sent before it was followed.
    follow(service, link)
    service.run("complaint", "step", number, "accept", "--as", "safety")
    (mail,) = until(lambda: told(office), "the mail arrives")
    assert mail["To"] == ADDRESS
    assert mail["From"] == "service@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    said = mail.get_payload(decode=True)
    assert isinstance(said, bytes)
    assert number in said.decode()
    assert "https://ai.example.com/complaints/follow" in said.decode()
    assert WORDS not in mail.as_string()
    # The address does not exist: the link is refused, staff are told, nothing else is sent there.
    gone = complain(service, "gone@example.org")
    until(lambda: gone in service.run("case", "mails", status=1), "the address is refused")
    assert f"{gone}  address refused" in service.run("case", "mails", status=1)
    # Killed after the server took it and before that was noted: once more, and known as the same.
    service.kill()
    service.run("complaint", "step", number, "handle", "--as", "safety")
    service.run("complaint", "step", number, "ask", "--words", WORDS, "--as", "safety")
    environment = {**os.environ, **service.environment}
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH, str(service.data)], env=environment, check=False
    )
    assert crashed.returncode == -signal.SIGKILL
    assert len(told(office)) == 2
    later = [sys.executable, "-c", LATER, str(service.data)]
    for sent in ("1", "0"):
        done = subprocess.run(later, env=environment, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == sent
    first, *same = [one["Message-ID"] for one in told(office)]
    assert len(same) == 2
    assert {first} | set(same) == {first, same[0]}
    assert same[0].startswith("<ntc_")


@pytest.mark.control("notices-by-mail")
def test_a_mail_server_that_encrypts_is_believed_by_its_certificate(
    tmp_path: Path, offices: Callable[..., PostOffice]
) -> None:
    """STARTTLS with the provider's own authority; a stranger's certificate sends nothing."""
    pair = certificate(tmp_path)
    office = offices(*pair)
    office.open()
    known = MailServer("127.0.0.1", office.port, "starttls", "", "", pair[0])
    until(lambda: listens(office.port), "the mail server listens")
    known(letter(ADDRESS))
    assert [one["To"] for one in office.mails()] == [ADDRESS]
    with pytest.raises(ssl.SSLCertVerificationError):
        replace(known, ca=None)(letter(ADDRESS))
    with pytest.raises(UndeliverableError):
        known(letter("gone@example.org"))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        known(letter("busy@example.org"))
    assert len(office.mails()) == 1


def listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pair = folder / "mail.pem", folder / "mail.key"
    pair[0].write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pair[1].write_bytes(secret)
    return pair
