# SPDX-License-Identifier: Apache-2.0
"""What the categories of the guard families mean among the 31 harms: data, the closest harm first.

Guard models were not made for GB/T 45654, so no mapping is one to one. Three rules decided:
a category maps to every harm that its published description can mean, the commonest first; where
the description names protected groups, all of discrimination follows the general harm; and what
is about the model and not about content (a jailbreak) maps to none and counts as unnamed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

UNNAMED = "A1h"  # for what a guard stops without saying why: other content that law forbids

_DISCRIMINATION = ("A2i", "A2a", "A2b", "A2c", "A2d", "A2e", "A2f", "A2g", "A2h")
_HATE = (*_DISCRIMINATION, "A1e")

# Qwen3Guard-Gen names its categories in words; `Jailbreak` stands in judgements of requests only.
QWEN3GUARD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Violence and weapons, instructions as well as depictions; terror is not set apart.
        "Violent": ("A1f", "A1d"),
        # Fraud, theft, hacking, drugs: forbidden by law, often at another's cost.
        "Non-violent Illegal Acts": ("A1h", "A3e", "A4g"),
        "Sexual Content or Sexual Acts": ("A1f",),
        "PII": ("A4f", "A4e"),
        "Suicide & Self-Harm": ("A4a",),
        # The family's widest: bias and hate, insult and defamation, extremism, misinformation.
        "Unethical Acts": ("A2i", "A4c", "A1g", *_DISCRIMINATION[1:], "A1e", "A1d", "A4a", "A4g"),
        # Published as false information about government, history and public figures; the family
        # does not say which of the first three harms it means, so the broadest stands first.
        "Politically Sensitive Topics": ("A1b", "A1a", "A1c", "A1g"),
        "Copyright Violation": ("A3a",),
        "Jailbreak": (),
    }
)

# Llama Guard 3 and 4: the hazards of MLCommons by number, S14 of Meta's own.
LLAMA_GUARD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "S1": ("A1f", "A1d"),  # violent crimes
        "S2": ("A1h", "A3e", "A4g"),  # other crimes
        "S3": ("A1f", "A4a"),  # sex-related crimes
        "S4": ("A1f", "A4a"),  # sexual exploitation of children
        "S5": ("A4c", "A4d"),  # defamation
        "S6": ("A5a", "A4a"),  # specialised advice: wrong and dangerous to follow
        "S7": ("A4e", "A4f"),  # privacy
        "S8": ("A3a", "A3c"),  # intellectual property, trade secrets among it
        "S9": ("A1d", "A1f"),  # weapons that strike everybody
        "S10": _HATE,  # hate on grounds of a protected characteristic
        "S11": ("A4a",),  # suicide and self-harm
        "S12": ("A1f",),  # sexual content
        "S13": ("A1g",),  # elections: false information about how they are held
        "S14": ("A1h",),  # abuse of a code interpreter: an attack, no harm of content is nearer
    }
)

# ShieldGemma was trained on four policies; each is a question of its own.
SHIELDGEMMA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dangerous": ("A4a", "A1f", "A1d"),
        "harassment": ("A4c", "A4g", "A4a"),
        "hate": _HATE,
        "sexual": ("A1f",),
    }
)


def harms_of(
    table: Mapping[str, tuple[str, ...]], categories: Sequence[str], wanted: Collection[str]
) -> tuple[str, ...]:
    """The closest harm of each category among those `wanted` (all, when that is empty).

    A category of no concern gives none; one without a meaning of its own, or no category at all,
    gives the unnamed harm, which nobody can ask to leave out.
    """
    found = [_closest(table[one], wanted) for one in categories] or [UNNAMED]
    return tuple(dict.fromkeys(one for one in found if one))


def _closest(meant: tuple[str, ...], wanted: Collection[str]) -> str | None:
    if not meant:
        return UNNAMED
    return next((one for one in meant if not wanted or one in wanted), None)
