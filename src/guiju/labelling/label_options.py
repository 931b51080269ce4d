# SPDX-License-Identifier: Apache-2.0
"""Options that several commands of `guiju label` share, and what is read from them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import click

from guiju.kernel import Text, Unavailable
from guiju.labelling import putting
from guiju.labelling.code import PROPAGATES, check_producer_code
from guiju.labelling.provenance import Credential, read_anchors, read_credential
from guiju.labelling.security import Pair, read_pair
from guiju.labelling.text import ExplicitLabel

files = click.argument("files", nargs=-1, required=True, metavar="FILE…")
as_json = click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file.")
out = click.option("--out", required=True, metavar="DIR", help="Where the files are written to.")
key = click.option("--key", metavar="FILE", help="Sign with this SM2 key (guiju label key).")
watermark = click.option("--watermark", is_flag=True, help="Also look for a mark in pictures.")
certificates = click.option(
    "--certificates", metavar="FILE", help="Who signs the C2PA manifest: a chain in PEM."
)
certificate_key = click.option("--certificate-key", metavar="FILE", help="The key of the chain.")
time_stamps = click.option(
    "--time-stamps", metavar="URL", help="An authority of RFC 3161, asked for each manifest."
)
overwrite = click.option("--overwrite", is_flag=True, help="Replace other files that are there.")


@runtime_checkable
class LabelSource(Protocol):
    """What `app` puts into the click context as `obj`: who the provider is, and its words."""

    def labelling(self) -> tuple[str, ExplicitLabel]:
        """The provider's code and the words of the visible label, by statement and policy."""
        ...


@runtime_checkable
class AnchorSource(Protocol):
    """The same for whom the settings trust to sign manifests."""

    @property
    def anchors(self) -> Path | None:
        """A file of certificates in PEM."""
        ...


def anchors_of(context: click.Context, said: str | None) -> str | None:
    """Who vouches for signers of manifests: as said, else as the settings say."""
    if said is not None:
        return read_anchors(Path(said))
    file = context.obj.anchors if isinstance(context.obj, AnchorSource) else None
    return None if file is None else read_anchors(file)


def credential_of(
    chain: str | None, key: str | None, time_stamps: str | None, *, needed: bool
) -> Credential | None:
    """Who signs manifests, where they are signed; raises click.UsageError for half of it."""
    if not needed:
        if time_stamps is not None:
            raise click.UsageError("--time-stamps is for manifests: give --profile and a chain")
        return None
    if chain is None or key is None:
        raise click.UsageError("a C2PA manifest needs --certificates and --certificate-key")
    return read_credential(Path(chain), Path(key), time_stamps)


def pair_of(file: str | None) -> Pair | None:
    """The SM2 key of a file; None where none is named."""
    return None if file is None else read_pair(Path(file))


def provider_of(
    context: click.Context, producer: str | None, words: str | None
) -> tuple[str, ExplicitLabel]:
    """Who labels, and with which words: as said, else as statement and policy say."""
    if producer is not None:
        check_producer_code(producer)
        return producer, putting.in_words(words or putting.WORDS)
    if not isinstance(context.obj, LabelSource):
        raise _no_provider()
    code, visible = context.obj.labelling()
    return code, visible if words is None else putting.in_words(words)


def as_propagator(code: str) -> str:
    """The code of the same provider as one who spreads content."""
    parts = check_producer_code(code)
    return str(type(parts)(parts.uscc, PROPAGATES, parts.model))


def _no_provider() -> Unavailable:
    return Unavailable(
        "provider-not-known",
        Text(zh="没有打开服务数据，不知提供者是谁。", en="No data is open that says who provides."),
        Text(
            zh="请给出 --data，或用 --producer 给出 27 位服务提供者编码。",
            en="Give --data, or the provider code of 27 characters with --producer.",
        ),
        article=12,
    )
