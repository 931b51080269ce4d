# SPDX-License-Identifier: Apache-2.0
"""`/api/docs`: the API as one page of our own, from its OpenAPI document; no foreign script."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import FastAPI

ADDRESS = "/api/docs"
_METHODS = ("get", "post", "put", "patch", "delete")


class Field(NamedTuple):
    """Something that a request may or must give."""

    name: str
    where: str
    kind: str
    required: bool
    text: str


class Operation(NamedTuple):
    """One method of one address."""

    method: str
    address: str
    summary: str
    text: str
    fields: tuple[Field, ...]


def operations(app: FastAPI) -> list[Operation]:
    """Every operation of the API in the order of its address."""
    document = app.openapi()
    found = [
        _operation(document, method, address, says)
        for address, methods in document.get("paths", {}).items()
        for method, says in methods.items()
        if method in _METHODS
    ]
    return sorted(found, key=lambda one: (one.address, one.method))


def _operation(document: Any, method: str, address: str, says: Any) -> Operation:
    fields = [_parameter(one) for one in says.get("parameters", ())]
    for content in says.get("requestBody", {}).get("content", {}).values():
        fields += _body(document, content.get("schema", {}))
    return Operation(
        method.upper(), address, says.get("summary", ""), says.get("description", ""), tuple(fields)
    )


def _parameter(one: Any) -> Field:
    kind = _kind(one.get("schema", {}))
    said = one.get("description", "")
    return Field(one["name"], one["in"], kind, bool(one.get("required")), said)


def _body(document: Any, schema: Any) -> list[Field]:
    """The fields of a body, whose schema may stand elsewhere in the document or be optional."""
    schema = _resolved(document, schema)
    needed = schema.get("required", ())
    return [
        Field(name, "body", _kind(one), name in needed, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]


def _resolved(document: Any, schema: Any) -> Any:
    for choice in schema.get("anyOf", ()):
        if "$ref" in choice:
            schema = choice
    place: str = schema.get("$ref", "")
    for part in place.split("/")[1:] if place else ():
        document = document[part]
    return document if place else schema


def _kind(schema: Any) -> str:
    kinds = [one.get("type", "") for one in schema.get("anyOf", (schema,))]
    return " / ".join(kind for kind in kinds if kind and kind != "null")
