# SPDX-License-Identifier: Apache-2.0
"""Time stamps, answered by a real authority program (openssl ts) on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from guiju.kernel import Invalid, NotFound, Refused, Unavailable, software
from guiju.ledger import (
    export,
    integrate,
    leaves,
    publish,
    verify,
    verify_bundle,
    verify_folder,
)
from guiju.ledger.stamping import stamp
from guiju.ledger.store import STAMP

URL = "https://tsa.example/stamp"
ACTOR = software("probe")

CONFIGURATION = """
[ tsa ]
default_tsa = one
[ one ]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ stamping ]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, cwd=folder, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, a stamping certificate, and what `openssl ts` needs."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIGURATION)
    (folder / "serial").write_text("01\n")
    key = ["-newkey", "rsa:2048", "-nodes"]
    openssl(folder, "req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem",
            "-subj", "/CN=Test root", "-days", "9000")  # fmt: skip
    openssl(folder, "req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
            "-CAcreateserial", "-out", "tsa.pem", "-days", "9000",
            "-extfile", "tsa.cnf", "-extensions", "stamping")  # fmt: skip
    return folder


def answer(folder: Path, request: bytes) -> bytes:
    (folder / "query.tsq").write_bytes(request)
    openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile",
            "query.tsq", "-inkey", "tsa.key", "-signer", "tsa.pem",
            "-out", "answer.tsr")  # fmt: skip
    return (folder / "answer.tsr").read_bytes()


@pytest.fixture
def post(authority: Path) -> Callable[[str, bytes], bytes]:
    def send(url: str, request: bytes) -> bytes:
        assert url == URL
        return answer(authority, request)

    return send


def root_of(folder: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / "root.pem").read_bytes())


@pytest.mark.control("evidence-ledger")
def test_a_checkpoint_is_stamped_and_that_is_evidence(
    db, record, tmp_path, authority, post
) -> None:
    """Signature up to the root, token kept, leaf appended; the bundle carries and proves it."""
    record(db, 5)
    integrate(db)
    done = stamp(db, URL, ACTOR, roots=root_of(authority), post=post)
    record(db, 300)
    integrate(db)
    publish(db, tmp_path / "tiles")
    with db.read() as tx:
        (leaf,) = [leaf for leaf in leaves(tx) if leaf["kind"] == "checkpoint-stamped"]
        row = tx.row(STAMP.select())
        assert leaf["subject"] is None
    assert leaf["id"] == done.evidence
    assert (leaf["facts"]["size"], leaf["facts"]["tsa"]) == (5, URL)
    assert [name for name, _, _ in leaf["rows"]] == ["ledger_stamp"]
    assert verify(db, tmp_path / "tiles").ok
    out = export(db, tmp_path / "tiles", tmp_path / "out", ["0"])
    assert (out / "stamp/token.tsr").read_bytes() == row.token
    value = verify_bundle.check(out)
    assert value["ok"]
    assert value["stamp"] == done.at.strftime("%Y%m%d%H%M%SZ")
    command = ["ts", "-verify", "-in", str(out / "stamp/token.tsr"), "-data",
               str(out / "stamp/checkpoint"), "-CAfile", "root.pem"]  # fmt: skip
    openssl(authority, *command)


def test_a_stamp_of_something_else_is_refused_in_a_bundle(
    db, record, tmp_path, authority, post
) -> None:
    """An exchanged token, a token cut short, another checkpoint beside it."""
    record(db, 5)
    integrate(db)
    stamp(db, URL, ACTOR, post=post)
    publish(db, tmp_path / "tiles")
    out = export(db, tmp_path / "tiles", tmp_path / "out")
    token = (out / "stamp/token.tsr").read_bytes()
    openssl(authority, "ts", "-query", "-data", "tsa.cnf", "-sha256", "-out", "other.tsq")
    other = answer(authority, (authority / "other.tsq").read_bytes())
    for wrong in (other, token[:100], b"\x30\x82", b"words"):
        (out / "stamp/token.tsr").write_bytes(wrong)
        found = verify_folder(out)
        assert [one.where for one in found.problems] == ["stamp/token.tsr"]
    (out / "stamp/token.tsr").write_bytes(token)
    (out / "stamp/checkpoint").write_bytes(b"other")
    assert not verify_folder(out).ok


def test_an_answer_that_is_not_for_this_request_is_refused(db, record, authority) -> None:
    """Another nonce, another document, words, a signature that leads to no root of ours."""
    record(db, 1)
    integrate(db)
    earlier: list[bytes] = []

    def replayed(_url: str, request: bytes) -> bytes:
        earlier.append(answer(authority, request))
        return earlier[0]

    with pytest.raises(Refused, match="stamp-wrong"):
        stamp(db, URL, ACTOR, post=lambda _url, _request: b"words")
    stamp(db, URL, ACTOR, post=replayed)
    with pytest.raises(Refused, match="stamp-wrong"):
        stamp(db, "https://other.example", ACTOR, post=replayed)
    stranger = authority / "stranger.pem"
    openssl(authority, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "s.key",
            "-out", "stranger.pem", "-subj", "/CN=Stranger", "-days", "9000")  # fmt: skip
    roots = x509.load_pem_x509_certificates(stranger.read_bytes())
    with pytest.raises(Refused, match="stamp-wrong"):
        stamp(
            db, "https://other.example", ACTOR, roots=roots,
            post=lambda _url, request: answer(authority, request),
        )  # fmt: skip
    with db.read() as tx:
        assert len(tx.rows(STAMP.select())) == 1


def test_one_authority_stamps_one_checkpoint_once(db, record, post) -> None:
    """Nothing to stamp, and nothing to stamp again."""
    with pytest.raises(NotFound, match="no-checkpoint"):
        stamp(db, URL, ACTOR, post=post)
    record(db, 1)
    integrate(db)
    stamp(db, URL, ACTOR, post=post)
    with pytest.raises(Refused, match="stamped-already"):
        stamp(db, URL, ACTOR, post=post)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_authority_that_cannot_be_reached_says_so(db, record) -> None:
    """No address, or no answer: the ledger goes on without."""
    record(db, 1)
    integrate(db)
    with pytest.raises(Invalid, match="tsa-address"):
        stamp(db, "file:///etc/hostname", ACTOR)
    with pytest.raises(Unavailable, match="tsa-unavailable"):
        stamp(db, "http://127.0.0.1:9", ACTOR)
