# SPDX-License-Identifier: Apache-2.0
"""`/api/docs`: every route on one page that needs no script and nothing from another host."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from guiju import profile
from guiju.kernel import Text
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


def add_api_page(app: FastAPI, site: Site, database: Database) -> None:
    """Serve `/api/docs` from what `app` itself knows of its routes.

    A service by API says in its documentation what others say on their first page: whom it is for,
    its limits, which models, which data. It comes from the same statement.
    """
    site.offer("public", "/api/docs", Text(zh="接口", en="API"), order=90)

    @app.get("/api/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return site.page(
            request,
            "app/api.html",
            data_plane=DATA_PLANE,
            others=list(_routes(app)),
            said=_said(database),
        )


def _routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    for path, methods in sorted(app.openapi()["paths"].items()):
        for method, described in methods.items():
            yield method.upper(), path, described.get("summary", "")


def _said(database: Database) -> tuple[profile.Said, ...]:
    """What the statement in force says; nothing while there is none."""
    with database.read() as tx:
        now = profile.current(tx)
    return () if now is None else profile.particulars(now.statement)
