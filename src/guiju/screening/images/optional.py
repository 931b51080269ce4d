# SPDX-License-Identifier: Apache-2.0
"""The one place where the libraries of an extra are imported, when first asked for (Article 4).

The default install looks into no picture; what is missing is said, never passed over.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from guiju.kernel import Text, Unavailable


@cache
def is_installed(module: str) -> bool:
    """Whether a top-level module could be imported; it is not imported by this."""
    return find_spec(module) is not None


def library(module: str, extra: str) -> Any:
    """The module, imported.

    Raises:
        Unavailable: `extra-missing`, naming the extra that brings it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise _missing(module, extra) from error


def _missing(module: str, extra: str) -> Unavailable:
    return Unavailable(
        "extra-missing",
        Text(zh=f"未安装 {module}。", en=f"{module} is not installed."),
        Text(
            zh=f'请安装附加组件：pip install "guiju[{extra}]"。',
            en=f'Install the extra: pip install "guiju[{extra}]".',
        ),
        article=4,
    )
