# SPDX-License-Identifier: Apache-2.0
"""`/api/docs` and `/api/openapi.json`: every route, and what the service says of itself.

The page needs no script and nothing from another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from guiju import profile
from guiju.kernel import Language, Text
from guiju.storage import Database
from guiju.web import Site

DATA_PLANE = (
    (
        "POST",
        "/v1/chat/completions",
        Text(
            zh="对话，整段或流式；输入输出经审查，回答带标识并留有记录。",
            en="Chat, whole or streamed; screened both ways, labelled and recorded.",
        ),
    ),
    ("GET", "/v1/models", Text(zh="上游的模型。", en="The models of the upstream.")),
    (
        "POST",
        "/v1/moderations",
        Text(
            zh="按现行规则判断文本，类别为 31 类风险。",
            en="Judge texts by the policy in force; the categories are the 31 risks.",
        ),
    ),
)


def add_api_page(app: FastAPI, site: Site, database: Database, base: str) -> None:
    """Serve `/api/docs` and `/api/openapi.json` from what `app` itself knows of its routes.

    A service by API says in its documentation what others say on their first page: whom it is for,
    its limits, which models, which data (Article 10). Both take it from the statement in force, in
    the reader's language. `base` is where people reach the pages.
    """
    site.offer("public", "/api/docs", Text(zh="接口", en="API"), order=90)

    @app.get("/api/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        now = _in_force(database)
        return site.page(
            request,
            "app/api.html",
            data_plane=DATA_PLANE,
            others=list(_routes(app)),
            published=now,
            said=() if now is None else profile.particulars(now.statement),
        )

    @app.get("/api/openapi.json", include_in_schema=False)
    def described(request: Request) -> JSONResponse:
        language = site.language(request)
        found = dict(app.openapi()) | {"info": _info(_in_force(database), language, base)}
        headers = {"content-language": language, "vary": "accept-language, cookie"}
        return JSONResponse(found, headers=headers)


def _routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    for path, methods in sorted(app.openapi()["paths"].items()):
        for method, described in methods.items():
            yield method.upper(), path, described.get("summary", "")


def _in_force(database: Database) -> profile.Published | None:
    with database.read() as tx:
        return profile.current(tx)


def _info(now: profile.Published | None, language: Language, base: str) -> dict[str, Any]:
    """The head of the description: the public statement, as Markdown, with its version."""
    known = {"version": version("guiju"), "termsOfService": f"{base}/agreement"}
    if now is None:
        return {"title": "guiju", "description": _NOTHING_SAID.to(language), **known}
    said = now.statement
    lines = [
        f"**{one.head.to(language)}**  \n{_lines(one, language)}"
        for one in profile.particulars(said)
    ]
    return {
        "title": said.service.to(language),
        "description": "\n\n".join(lines),
        "contact": {"name": said.provider.to(language), "url": f"{base}/"},
        "x-statement": {"version": now.version, "digest": now.digest},
        **known,
    }


def _lines(one: profile.Said, language: Language) -> str:
    return "  \n".join(line.to(language) for line in one.lines)


_NOTHING_SAID = Text(
    zh="提供者尚未公布服务说明；在此之前，本服务不应对公众开放。",
    en="The provider has published no statement yet; until then this service should not be open "
    "to the public.",
)
