# SPDX-License-Identifier: Apache-2.0
"""Options that several commands of this room take: a case, a measure, the words that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from guiju.dispositions.model import Measure, Proposal
from guiju.policies import FUNCTIONS

the_case = click.argument("number", metavar="CASE")
because = click.option("--reason", required=True, help="Why, in words; they are sealed.")
facts_of_it = click.option("--facts", required=True, help="What was found; the person reads it.")
_MEASURES = click.Choice([one.value for one in Measure])


def with_measure(command: Callable[..., None], *, required: bool = True) -> Callable[..., None]:
    """The options that say a measure."""
    for option in reversed(
        (
            click.option("--measure", required=required, type=_MEASURES),
            click.option("--days", type=int, help="How long; not with terminate."),
            click.option(
                "--clause", required=required, help="Of the agreement in force, such as 10."
            ),
            click.option("--function", "functions", multiple=True, type=click.Choice(FUNCTIONS)),
        )
    ):
        command = option(command)
    return command


def proposal(said: Mapping[str, Any]) -> Proposal:
    """The measure that these options say."""
    return Proposal(
        Measure(said["measure"]), said["days"], said["clause"] or "", tuple(said["functions"])
    )
