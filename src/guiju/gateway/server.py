# SPDX-License-Identifier: Apache-2.0
"""The only file that touches sockets: raw ASGI in, commands carried out, bytes out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import msgspec

from guiju.accounts import Caller, Directory
from guiju.gateway.counters import Counters
from guiju.gateway.exchange import Exchange
from guiju.gateway.faults import internal, note_fault
from guiju.gateway.heads import MODEL_NAME
from guiju.gateway.leaving import Departure, Left, unless_left
from guiju.gateway.moderation import moderated
from guiju.gateway.recorder import Recorder
from guiju.gateway.rules import RulesHolder
from guiju.gateway.signals import (
    AskModel,
    CallerKnown,
    ClientGone,
    Command,
    End,
    Event,
    Failed,
    LookUp,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    Record,
    Recorded,
    Reply,
    RequestArrived,
    Send,
    StopModel,
)
from guiju.gateway.stations.identify import no_key
from guiju.gateway.upstream import Upstream
from guiju.gateway.work import Ask, Work
from guiju.kernel import Clock, GuijuError, Invalid, NotFound, Text, Unavailable, new_id
from guiju.web import choose_language, error_body

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
SendMessage = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BODY = 8 * 1024 * 1024
# A larger body is read only for a key that is known.
_LARGE = 256 * 1024
_DIGITS = 12
# How long one may take to send a request, and how long what a stream still holds may wait for a
# client that does not read.
_BODY_SECONDS = 120.0
_READ_SECONDS = 60.0
_MOST_MODELS = 1000
_LONGEST_STREAM = 3600.0
_encode = msgspec.json.Encoder().encode
_JSON = (b"content-type", b"application/json")
_STREAM = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"))


class Gateway:
    """The data plane below `/v1`."""

    def __init__(
        self,
        *,
        rules: RulesHolder,
        directory: Directory,
        upstream: Upstream,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        """Take the parts that wiring has made."""
        self._rules = rules
        self._directory = directory
        self._upstream = upstream
        self._recorder = recorder
        self._clock = clock
        self.counters = Counters()
        self.under_way: set[Departure] = set()

    async def start(self) -> None:
        """Open what belongs to the running event loop."""
        await self._upstream.start()
        self._recorder.start()

    def check_open(self) -> None:
        """Raise Unavailable while nothing can be made durable."""
        self._recorder.check_open()

    def wind_down(self) -> None:
        """End every stream under way now: what was delivered is recorded, then the error is told.

        For the last seconds before a killing, when patience with long streams is over.
        """
        for departure in list(self.under_way):
            departure.leave(Left.STOPPING)

    async def close(self) -> None:
        """Let everything under way be recorded, then close."""
        await self._recorder.close()
        await self._upstream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: SendMessage) -> None:
        """Serve one HTTP request below `/v1`."""
        line = _Line(scope, receive, send)
        self.counters.arrived()
        try:
            await self._serve(line)
        except GuijuError as error:
            await line.refuse(error)
        except Exception as error:  # noqa: BLE001 - the last line of defence
            note_fault(line.request, error)
            await line.refuse(internal())
        finally:
            self.counters.left(line.status, line.route)

    async def _serve(self, line: _Line) -> None:
        handlers = _ROUTES.get(line.path)
        if handlers is None and line.path.startswith("/v1/models/"):
            handlers = {"GET": Gateway._model}
        if handlers is None:
            raise _closed_route(line.path)
        handler = handlers.get(line.method)
        if handler is None:
            line.marks.append((b"allow", ", ".join(handlers).encode()))
            raise _wrong_method(line.method, *handlers)
        line.route = line.path if line.path in _ROUTES else "/v1/models/"
        await handler(self, line)

    # -- the routes --------------------------------------------------------------------------------

    async def _chat(self, line: _Line) -> None:
        self._recorder.check_open()
        rules = self._rules.now()
        token = line.token()
        if not token:
            raise no_key()
        if line.may_be_large():
            await self.caller(token)
        ask = Ask(
            request=line.request,
            produce_id=str(uuid4()),
            at=self._clock.now(),
            route=line.path,
            token=token,
            user_header=line.header(b"x-guiju-user"),
            language=line.language(),
            raw=await line.body(),
        )
        work = Work(ask, rules)
        line.marks += [
            (b"x-guiju-produce-id", ask.produce_id.encode()),
            (b"x-guiju-policy", rules.policy.encode()),
        ]
        await _Conversation(self, line, Exchange(work)).run()

    async def _models(self, line: _Line) -> None:
        await self.caller(line.token())
        names = await self._judged_models()
        await line.json(200, {"object": "list", "data": [_model(name) for name in names]})

    async def _model(self, line: _Line) -> None:
        await self.caller(line.token())
        name = line.path.removeprefix("/v1/models/")
        if name not in await self._judged_models():
            raise _no_model()
        await line.json(200, _model(name))

    async def _judged_models(self) -> list[str]:
        """The names that are names: a model service could smuggle text through this list too."""
        screen, names = self._rules.now().screen, await self._upstream.models()
        fit = [name for name in names[:_MOST_MODELS] if MODEL_NAME.fullmatch(name)]
        return [name for name in fit if not screen.judge(name, "output").stops]

    async def _moderations(self, line: _Line) -> None:
        await self.caller(line.token())
        await line.json(200, moderated(await line.body(), self._rules.now(), line.request))

    async def caller(self, token: str | None) -> Caller:
        """Whose key it is, for routes that need no end user; raises Refused 401."""
        if not token:
            raise no_key()
        return await self._look_up(token, "-")

    async def _look_up(self, token: str, end_user: str | None) -> Caller:
        known = self._directory.cached(token, end_user)
        if known is None:
            known = await asyncio.to_thread(self._directory.fetch, token, end_user)
        return known

    # -- what an exchange asks for -----------------------------------------------------------------

    async def look_up(self, command: LookUp) -> Event:
        """Find the caller."""
        try:
            return CallerKnown(await self._look_up(command.token, command.end_user))
        except GuijuError as error:
            return Failed(error)

    async def answer(self, command: AskModel) -> Event:
        """Get the model's whole answer."""
        try:
            return ModelAnswered(await self._upstream.answer(command.body))
        except GuijuError as error:
            return Failed(error)

    def chunks(self, command: AskModel) -> AsyncGenerator[dict[str, Any], None]:
        """The model's stream."""
        return self._upstream.stream(command.body)

    async def record(self, command: Record) -> Event:
        """Make it durable."""
        try:
            await self._recorder.write(command.item)
        except GuijuError as error:
            return Failed(error)
        return Recorded()


class _Conversation:
    """Carries the commands of one exchange out, one after another."""

    def __init__(self, gateway: Gateway, line: _Line, exchange: Exchange) -> None:
        self._gateway = gateway
        self._line = line
        self._exchange = exchange
        self._commands: deque[Command] = deque()

    async def run(self) -> None:
        self._tell(RequestArrived())
        while self._commands:
            await self._carry_out(self._commands.popleft())

    def _tell(self, event: Event) -> None:
        self._commands.extend(self._exchange.handle(event))

    async def _carry_out(self, command: Command) -> None:
        match command:
            case Send(data):
                await self._line.part(data, self._screened(), more=True)
            case LookUp():
                self._tell(await self._gateway.look_up(command))
            case AskModel(stream=True):
                await self._listen(command)
            case AskModel():
                self._tell(await self._answer(command))
            case Record():
                self._tell(await self._gateway.record(command))
            case Reply(status, body):
                await self._line.reply(status, body, self._screened())
            case End(data):
                await self._line.part(data, self._screened(), more=False)
            case StopModel():
                # Only a running stream can be stopped, and `_pump` does that.
                pass

    def _screened(self) -> str:
        work = self._exchange.work
        both = (work.incoming.screened, work.outgoing.screened)
        return next((one for one in both if one not in {"full", "nothing-to-judge"}), "full")

    async def _answer(self, command: AskModel) -> Event:
        try:
            return await self._gateway.answer(command)
        except Exception as error:  # noqa: BLE001 - an input that was judged is on record all the same
            note_fault(self._line.request, error)
            return Failed(internal())

    async def _listen(self, command: AskModel) -> None:
        """Relay the model's stream until it ends, is stopped, or nobody reads it any more."""
        try:
            event = await unless_left(
                self._pump(command), self._line.gone, _LONGEST_STREAM, self._gateway.under_way
            )
        except GuijuError as error:
            event = Failed(error)
        except Exception as error:  # noqa: BLE001 - what was delivered is on record all the same
            note_fault(self._line.request, error)
            event = Failed(internal())
        if isinstance(event, Left):
            # Who does not read what was sent would not read the rest either.
            self._line.left = event is Left.GONE or self._line.sending
            event = ClientGone() if self._line.left else Failed(_ended(event))
        if event is not None:
            self._tell(event)

    async def _pump(self, command: AskModel) -> Event | None:
        async with aclosing(self._gateway.chunks(command)) as chunks:
            async for chunk in chunks:
                for one in self._exchange.handle(ModelChunk(chunk)):
                    if type(one) is Send:
                        await self._line.stream(one.data, self._screened())
                        if self._line.left:
                            return ClientGone()
                    elif type(one) is StopModel:
                        return ModelDone()
                    else:
                        self._commands.append(one)
                if self._commands:
                    return None
        return ModelDone()


class _Line:
    """One HTTP request and its answer, as ASGI messages."""

    def __init__(self, scope: Scope, receive: Receive, send: SendMessage) -> None:
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.route = ""
        self.status = 0
        self.request = new_id("req")
        self.marks: list[tuple[bytes, bytes]] = [(b"x-guiju-request-id", self.request.encode())]
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._receive = receive
        self._send = send
        self.sending = False
        self.left = False

    def header(self, name: bytes) -> str | None:
        """A header; bytes that are no text stay apart from each other, so no two users are one."""
        value = self._headers.get(name)
        return None if value is None else value.decode("utf-8", "surrogateescape")

    def may_be_large(self) -> bool:
        """Whether the body is long, or does not say how long it is."""
        length = self._headers.get(b"content-length", b"")
        return not (length.isdigit() and len(length) < _DIGITS and int(length) <= _LARGE)

    def token(self) -> str | None:
        scheme, _, token = (self.header(b"authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def language(self) -> str:
        return choose_language(self.header(b"accept-language"))

    async def body(self) -> bytes:
        """The whole body; raises Invalid 413 `request-too-large` or 408 `request-too-slow`."""
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                return await self._body()
        except TimeoutError as error:
            raise _too_slow() from error

    async def _body(self) -> bytes:
        parts, size = [], 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.left = True
                raise _left_early()
            part = message.get("body", b"")
            size += len(part)
            if size > MOST_BODY:
                raise _too_large()
            parts.append(part)
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def gone(self) -> None:
        """Return when the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _put(self, message: MutableMapping[str, Any]) -> None:
        """Send, unless nobody is there; some servers say so by an OSError, others by nothing."""
        if self.left:
            return
        self.sending = True
        try:
            await self._send(message)
        except OSError:
            self.left = True
        self.sending = False

    async def _start(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        self.status = status
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, *self.marks],
        }
        await self._put(start)

    async def reply(self, status: int, body: bytes, screened: str) -> None:
        """The whole answer at once."""
        length = (b"content-length", str(len(body)).encode())
        await self._start(status, _JSON, length, (b"x-guiju-screened", screened.encode()))
        await self._put({"type": "http.response.body", "body": body})

    async def json(self, status: int, value: Any) -> None:
        """A whole answer that no model made."""
        await self.reply(status, _encode(value), "full")

    async def refuse(self, error: GuijuError) -> None:
        """An error of our shape, unless an answer has begun already."""
        if not self.status:
            body = _encode(error_body(error, self.language(), self.request))
            await self.reply(error.status, body, "not-screened")

    async def stream(self, data: bytes, screened: str, *, more: bool = True) -> None:
        """A part of a stream; the first one starts the answer, the last one has no `more`."""
        if not self.status:
            await self._start(200, *_STREAM, (b"x-guiju-screened", screened.encode()))
        await self._put({"type": "http.response.body", "body": data, "more_body": more})

    async def part(self, data: bytes, screened: str, *, more: bool) -> None:
        """What is left of a stream: who does not read it cannot put the record off, nor stay."""
        try:
            async with asyncio.timeout(_READ_SECONDS):
                await self.stream(data, screened, more=more)
        except TimeoutError:
            self.left = True


_ROUTES: dict[str, dict[str, Callable[[Gateway, _Line], Awaitable[None]]]] = {
    "/v1/chat/completions": {"POST": Gateway._chat},  # noqa: SLF001 - the table of this class
    "/v1/models": {"GET": Gateway._models},  # noqa: SLF001 - as above
    "/v1/moderations": {"POST": Gateway._moderations},  # noqa: SLF001 - as above
}


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "guiju"}


def _closed_route(path: str) -> NotFound:
    return NotFound(
        "route-not-screened",
        Text(
            zh=f"路由 {path[:80]} 没有审查能力，因此不开放，也不会转发。",
            en=f"The route {path[:80]} cannot be screened, so it is closed and never passed on.",
        ),
        Text(
            zh="可用：/v1/chat/completions、/v1/models、/v1/moderations。",
            en="Open are /v1/chat/completions, /v1/models and /v1/moderations.",
        ),
        article=4,
    )


def _wrong_method(method: str, *allowed: str) -> Invalid:
    names = ", ".join(allowed)
    return Invalid(
        "method-not-allowed",
        Text(zh=f"该路由不接受 {method[:10]}。", en=f"This route does not take {method[:10]}."),
        Text(zh=f"请使用 {names}。", en=f"Use {names}."),
        status=405,
    )


def _no_model() -> NotFound:
    return NotFound(
        "model-not-found",
        Text(zh="没有这个模型。", en="There is no such model."),
        Text(zh="请查看 GET /v1/models。", en="See GET /v1/models."),
    )


def _too_large() -> Invalid:
    most = MOST_BODY // 1_048_576
    return Invalid(
        "request-too-large",
        Text(zh=f"请求超过 {most} MiB。", en=f"The request is larger than {most} MiB."),
        Text(zh="请缩短对话历史。", en="Shorten the history."),
        status=413,
    )


def _left_early() -> Invalid:
    return Invalid(
        "client-gone",
        Text(zh="客户端在发送完请求前断开。", en="The client left before the request was whole."),
        Text(zh="请重试。", en="Try again."),
    )


def _too_slow() -> Invalid:
    return Invalid(
        "request-too-slow",
        Text(zh="请求体迟迟没有发完。", en="The body of the request did not arrive in time."),
        Text(zh="请重试。", en="Try again."),
        status=408,
    )


def _ended(why: Left) -> Unavailable:
    if why is Left.STOPPING:
        return Unavailable(
            "service-stopping",
            Text(
                zh="服务正在停止，回答未能说完。", en="The service stops; the answer was cut short."
            ),
            Text(zh="请稍后重试。", en="Try again shortly."),
        )
    return Unavailable(
        "stream-too-long",
        Text(
            zh="回答超过最长时间，已中止。", en="The answer took longer than any may, so it ends."
        ),
        Text(zh="请缩小任务后重试。", en="Ask for less and try again."),
    )
