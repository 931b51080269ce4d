# SPDX-License-Identifier: Apache-2.0
"""Vectors: what a model makes of a text for machines; let nothing through that is none."""

from __future__ import annotations

from guiju.gateway.faults import not_understood
from guiju.gateway.heads import model_of, usage_of
from guiju.gateway.signals import Command
from guiju.gateway.wires.embeddings import vectors as read_vectors
from guiju.gateway.work import Work


def vectors(work: Work) -> tuple[Command, ...]:
    """Put the answer together anew from its numbers; raises Unavailable when there are none."""
    if work.stopped:
        return ()
    answer = work.answer or {}
    found = read_vectors(answer.get("data"), len(work.body["messages"]))
    if found is None:
        raise not_understood()
    work.usage = usage_of(answer.get("usage"))
    tokens = work.usage.prompt_tokens
    work.answer = {
        "object": "list",
        "data": found,
        "model": model_of(work, answer.get("model")),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    return ()
