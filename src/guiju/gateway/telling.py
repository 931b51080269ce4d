# SPDX-License-Identifier: Apache-2.0
"""What counts and traces say of one request: models, verdicts, times; never content."""

from __future__ import annotations

from guiju.gateway.exchange import Exchange
from guiju.gateway.line import Line
from guiju.gateway.telemetry import Seen, Told
from guiju.gateway.work import Work
from guiju.kernel import micros

_OPERATIONS = {
    "/v1/completions": "text_completion",
    "/v1/embeddings": "embeddings",
    "/v1/images/generations": "generate_content",
    "/v1/images/edits": "generate_content",
    "/v1/audio/speech": "generate_content",
    "/v1/videos": "generate_content",
}
_OUTPUTS = {"picture": "image", "sound": "speech", "job": "video", "film": "video"}


def seen_of(line: Line) -> Seen:
    """What a request that is over leaves for the counts."""
    timing, exchange = line.timing, line.exchange
    if exchange is None:
        return Seen(line.route, line.status, timing.total(), line.told)
    work = exchange.work
    usage = work.usage
    return Seen(
        line.route,
        line.status,
        timing.total(),
        exchange.told or line.told,
        exchange=True,
        asked=exchange.asked,
        stopped=work.finish == "content_filter",
        characters=usage.characters,
        covered=usage.covered,
        prompt=usage.prompt_tokens,
        completion=usage.completion_tokens,
        screening=timing.screening,
        upstream=timing.upstream,
        recording=timing.recording,
        reading=timing.reading,
        first=timing.first,
    )


def told_of(line: Line, exchange: Exchange) -> Told:
    """The exchange in the words of `gen_ai.*`, now that it is over."""
    work, timing = exchange.work, line.timing
    usage, source = work.usage, work.source
    return Told(
        begin=micros(work.ask.at) * 1000,
        seconds=timing.total(),
        operation=_OPERATIONS.get(line.route, "chat"),
        model=work.model,
        attributes={
            "gen_ai.provider.name": None if source is None else source.upstream,
            "gen_ai.request.model": work.model or None,
            "gen_ai.response.model": None if source is None else source.model,
            "gen_ai.response.finish_reasons": [work.finish] if exchange.asked else None,
            "gen_ai.usage.input_tokens": usage.prompt_tokens if exchange.asked else None,
            "gen_ai.usage.output_tokens": usage.completion_tokens if exchange.asked else None,
            "gen_ai.output.type": _output(work),
            "http.request.method": line.method,
            "http.route": line.route,
            "http.response.status_code": line.status or None,
            "guiju.request.id": line.request,
            "guiju.policy": work.rules.policy,
            "guiju.stream": work.stream,
            "guiju.screening.input": work.incoming.verdict,
            "guiju.screening.output": work.outgoing.verdict,
            "guiju.screening.seconds": timing.screening,
            "guiju.characters.delivered": usage.characters,
            "guiju.characters.covered": usage.covered,
            "guiju.first_token.seconds": timing.first,
        },
        error=exchange.told,
        parts=timing.parts,
    )


def _output(work: Work) -> str:
    """What kind of answer was asked for, in the words of OpenTelemetry."""
    return _OUTPUTS.get(work.wire.makes) or ("json" if work.wants_json() else "text")
