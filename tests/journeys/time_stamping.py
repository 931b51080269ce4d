# SPDX-License-Identifier: Apache-2.0
"""An authority of time stamps (RFC 3161) of our own: openssl answers, behind a small server."""

from __future__ import annotations

import datetime as dt
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.unit.labelling.test_labelling_provenance import called, usage

_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _made(folder: Path) -> None:
    """A root, and the key and certificate that it vouches for, for time stamps alone."""
    root, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    above = _certificate("time root", root, ("time root", root), ends=False)
    own = _certificate("time", key, ("time root", root), ends=True)
    (folder / "root.pem").write_bytes(above)
    (folder / "tsa.pem").write_bytes(own + above)
    held = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "tsa.key").write_bytes(held)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.conf").write_text(_CONFIG.format(folder=folder))


def _certificate(
    name: str, key: rsa.RSAPrivateKey, by: tuple[str, rsa.RSAPrivateKey], *, ends: bool
) -> bytes:
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - openssl asks the real clock
    day = dt.timedelta(days=1)
    issuer, signing = by
    public = key.public_key()
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + 30 * day)
        .add_extension(x509.BasicConstraints(not ends, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(above, critical=False)
        .add_extension(usage(ends=ends), critical=True)
    )
    if ends:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@contextmanager
def authority(folder: Path, *, answers: bool = True) -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and what it was asked; unless it `answers`, it says that it cannot."""
    _made(folder)
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            asked.append(body)
            if not answers:
                self.send_error(503)
                return
            (folder / "query.tsq").write_bytes(body)
            command = ["openssl", "ts", "-reply", "-config", str(folder / "tsa.conf")]
            subprocess.run(
                [*command, "-queryfile", "query.tsq", "-out", "reply.tsr"],
                cwd=folder,
                check=True,
                capture_output=True,
            )
            answer = (folder / "reply.tsr").read_bytes()
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
