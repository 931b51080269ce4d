# SPDX-License-Identifier: Apache-2.0
"""A model service for journeys: says exactly what a test wrote down for the model's name."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import threading
from itertools import count
from typing import Any

from aiohttp import web


class ModelService:
    """An OpenAI-compatible server in a thread; each script is a model of its own."""

    def __init__(self) -> None:
        self.scripts: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, Any]] = []
        self._names = count(1)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def says(self, *pieces: str, **extra: Any) -> str:
        """A new model that says `pieces`, one chunk each in a stream; returns its name."""
        deltas = [{"content": piece} for piece in pieces]
        return self.script({"deltas": deltas, "text": "".join(pieces), **extra})

    def script(self, script: dict[str, Any]) -> str:
        """A new model that follows `script`; returns its name."""
        name = f"script-{next(self._names)}"
        self.scripts[name] = script
        return name

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/completions", self._complete)
        app.router.add_post("/v1/embeddings", self._embed)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/images/generations", self._draw)
        app.router.add_post("/v1/images/edits", self._edit)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_post("/v1/audio/speech", self._speak)
        app.router.add_post("/v1/videos", self._film)
        app.router.add_get("/v1/videos/{job}", self._job)
        app.router.add_delete("/v1/videos/{job}", self._job)
        app.router.add_get("/v1/videos/{job}/content", self._content)
        runner = web.AppRunner(app)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": name} for name in self.scripts]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        script = self.scripts.get(
            body["model"], {"deltas": [{"content": "好的。"}], "text": "好的。"}
        )
        if "status" in script:
            return web.json_response({"error": {"message": "no"}}, status=script["status"])
        if body.get("stream"):
            return await self._stream(request, script)
        message = {"role": "assistant", "content": script.get("text"), **script.get("message", {})}
        choices = [
            {"index": index, "message": message, "finish_reason": script.get("finish", "stop")}
            for index in range(body.get("n") or 1)
        ]
        return web.json_response({**_head("chat.completion"), "choices": choices, "usage": _USAGE})

    async def _stream(self, request: web.Request, script: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for delta in script["deltas"]:
            await _send(response, {"index": 0, "delta": delta, "finish_reason": None})
            await asyncio.sleep(script.get("pause", 0))
        if script.get("breaks"):
            request.transport.close() if request.transport else None
            return response
        await _send(
            response, {"index": 0, "delta": {}, "finish_reason": script.get("finish", "stop")}
        )
        last = {**_head("chat.completion.chunk"), "choices": [], "usage": _USAGE}
        await response.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
        return response

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        """The same scripts as texts that are carried on."""
        body = await request.json()
        self.asked.append(body)
        script = self.scripts[body["model"]]
        head = {**_head("text_completion"), "id": "cmpl-1"}
        if not body.get("stream"):
            choice = {"index": 0, "text": script["text"], "logprobs": None, "finish_reason": "stop"}
            return web.json_response({**head, "choices": [choice], "usage": _USAGE})
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for delta in (*script["deltas"], {"content": ""}):
            choice = {"index": 0, "text": delta["content"], "finish_reason": None}
            if not delta["content"]:
                choice["finish_reason"] = "stop"
            await response.write(f"data: {json.dumps({**head, 'choices': [choice]})}\n\n".encode())
        last = {**head, "choices": [], "usage": _USAGE}
        await response.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
        return response

    async def _embed(self, request: web.Request) -> web.Response:
        """Vectors of three numbers, in base64 when they are wanted so."""
        body = await request.json()
        self.asked.append(body)
        data = []
        for index, text in enumerate(body["input"]):
            vector: Any = [float(len(text)), 0.5, -1.0]
            if body.get("encoding_format") == "base64":
                vector = base64.b64encode(struct.pack("<3f", *vector)).decode()
            data.append({"object": "embedding", "index": index, "embedding": vector})
        usage = {"prompt_tokens": 7, "total_tokens": 7}
        return web.json_response({"object": "list", "data": data, "model": "e", "usage": usage})

    # -- pictures, sound and films: `script["file"]` is what is made ------------------------------

    async def _draw(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        return self._drawn(body["model"])

    async def _edit(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = {
            name: value.file.read() if isinstance(value, web.FileField) else value
            for name, value in form.items()
        }
        self.asked.append(asked)
        return self._drawn(str(asked["model"]))

    def _drawn(self, name: str) -> web.Response:
        script = self.scripts[name]
        made = {"b64_json": base64.b64encode(script["file"]).decode()}
        if "address" in script:
            made = {"url": script["address"].format(port=self.port, name=name)}
        return web.json_response({"created": 1, "data": [made]})

    async def _file(self, request: web.Request) -> web.Response:
        script = self.scripts[request.match_info["name"]]
        if script.get("redirect"):
            raise web.HTTPFound("http://127.0.0.1:1/elsewhere")
        return web.Response(body=script["file"], content_type="image/png")

    async def _speak(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        return web.Response(body=self.scripts[body["model"]]["file"], content_type="audio/wav")

    async def _film(self, request: web.Request) -> web.Response:
        asked = dict(await request.post())
        self.asked.append(asked)
        return web.json_response({"id": asked["model"], "status": "queued"})

    async def _job(self, request: web.Request) -> web.Response:
        name = request.match_info["job"]
        if request.method == "DELETE":
            self.scripts.pop(name)
        elif name not in self.scripts:
            return web.json_response({"error": {"message": "no"}}, status=404)
        return web.json_response({"id": name, "status": "completed", "progress": 100})

    async def _content(self, request: web.Request) -> web.Response:
        script = self.scripts[request.match_info["job"]]
        return web.Response(body=script["file"], content_type="video/mp4")


async def _send(response: web.StreamResponse, choice: dict[str, Any]) -> None:
    chunk = {**_head("chat.completion.chunk"), "choices": [choice]}
    await response.write(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())


def _head(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": "scripted"}


_USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
