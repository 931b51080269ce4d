# SPDX-License-Identifier: Apache-2.0
"""With which key labels are signed, and by which keys they are known (Article 12).

The policy names the key, so two people have switched signing on; what stands behind the name is
sealed as keys to model services are. Without that key the door stays closed: an unsigned label
would look as if it had never been ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from guiju.kernel import Text, Unavailable
from guiju.labelling import Pair, Pinned, pair_from, public_from


class Signing(msgspec.Struct, frozen=True):
    """The key in use, whether answers in words are signed too, and who is known by which keys."""

    pair: Pair
    text: bool
    pinned: Pinned


def signing_of(
    labels: Mapping[str, Any], producer: str, secret: Callable[[str], str | None]
) -> Signing | None:
    """What the policy says of signatures; None: nothing, and nothing is signed.

    Raises:
        Unavailable: `label-key-missing`, when no SM2 key stands behind the name.
    """
    said = labels.get("signing")
    if said is None:
        return None
    pair = pair_from(secret(said["key"]) or "")
    if pair is None:
        raise _no_key(said["key"])
    former = (public_from(one) for one in said.get("former", ()))
    keys = frozenset({pair.public, *(one for one in former if one is not None)})
    return Signing(pair, said["text"], {producer: keys})


def _no_key(name: str) -> Unavailable:
    return Unavailable(
        "label-key-missing",
        Text(
            zh=f"规则要求给标识签名，但密钥 {name} 不在此处，或不是 SM2 私钥。",
            en=f"The policy wants signed labels, and the key {name} is not here or is no SM2 key.",
        ),
        Text(
            zh=f"请密封它：guiju upstream key {name} < label.key。",
            en=f"Seal it: guiju upstream key {name} < label.key.",
        ),
        article=12,
    )
