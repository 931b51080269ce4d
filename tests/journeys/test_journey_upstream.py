# SPDX-License-Identifier: Apache-2.0
"""The client to the model service over real sockets: TLS, kept connections, streams, a restart."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from guiju.gateway import HttpUpstream
from guiju.gateway.said import Said
from guiju.gateway.signals import AskModel
from guiju.kernel import Unavailable

CHUNK = b'data: {"choices": [{"index": 0, "delta": {"content": "hi"}}]}\n\n'
ASK = AskModel(b"{}", stream=False)


class Service:
    """A model service that counts its connections."""

    def __init__(self) -> None:
        self.peers: set[str] = set()

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.peers.add(str(request.transport.get_extra_info("peername")))  # type: ignore[union-attr]
        if not (await request.json()).get("stream"):
            return web.json_response({"choices": []})
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(50):
            await response.write(CHUNK)
        await response.write(b"data: [DONE]\n\n")
        return response

    @asynccontextmanager
    async def running(
        self, context: ssl.SSLContext | None = None, port: int = 0
    ) -> AsyncIterator[int]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.chat)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, reuse_address=True)
        await site.start()
        try:
            yield site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        finally:
            await runner.cleanup()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that its own authority has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "guiju test")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate is checked against the machine's clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def served_with(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def streamed(upstream: HttpUpstream) -> int:
    """How many characters came; pieces of one read come as one."""
    async with aclosing(await upstream.begin(AskModel(b'{"stream": true}', stream=True))) as speech:
        read = [one async for one in speech.chunks]
    chunks = [one.as_chunk() if isinstance(one, Said) else one for one in read]
    return sum(len(one["choices"][0]["delta"]["content"]) for one in chunks)


def test_a_hundred_requests_share_one_connection() -> None:
    """Whole answers and streams alike, one after another."""

    async def run() -> None:
        service = Service()
        async with service.running() as port:
            upstream = HttpUpstream(f"http://127.0.0.1:{port}/v1")
            for _ in range(50):
                assert (await upstream.answer(ASK)).answer == {"choices": []}
                assert await streamed(upstream) == 100
                await asyncio.sleep(0)
            await upstream.close()
        assert len(service.peers) <= 3

    asyncio.run(run())


def test_requests_side_by_side_have_connections_of_their_own() -> None:
    """No answer is given to another's question."""

    async def run() -> None:
        service = Service()
        async with service.running() as port:
            upstream = HttpUpstream(f"http://127.0.0.1:{port}/v1")
            counts = await asyncio.gather(*(streamed(upstream) for _ in range(20)))
            assert counts == [100] * 20
            await upstream.close()

    asyncio.run(run())


def test_a_service_that_restarts_is_found_again() -> None:
    """Kept connections are stale after it; nobody who asks sees that."""

    async def run() -> None:
        service = Service()
        async with service.running() as port:
            upstream = HttpUpstream(f"http://127.0.0.1:{port}/v1")
            assert (await upstream.answer(ASK)).answer == {"choices": []}
        with pytest.raises(Unavailable, match="upstream-unavailable"):
            await upstream.answer(ASK)
        async with service.running(port=port):
            assert (await upstream.answer(ASK)).answer == {"choices": []}
            assert await streamed(upstream) == 100
        await upstream.close()

    asyncio.run(run())


def test_a_trusted_certificate_is_spoken_to_and_no_other(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people type goes to nobody whose name is not proved."""

    async def run(*, trusted: bool) -> None:
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with Service().running(served_with(certificate)) as port:
            upstream = HttpUpstream(f"https://127.0.0.1:{port}/v1")
            if trusted:
                assert (await upstream.answer(ASK)).answer == {"choices": []}
                assert await streamed(upstream) == 100
            else:
                with pytest.raises(Unavailable, match="upstream-unavailable"):
                    await upstream.answer(ASK)
            await upstream.close()

    asyncio.run(run(trusted=False))
    asyncio.run(run(trusted=True))
