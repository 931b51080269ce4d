# SPDX-License-Identifier: Apache-2.0
"""Holds the default install to its promises: few packages, little space, permissive licences."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_PACKAGES = 60
MOST_MEGABYTES = 250
PERMISSIVE = re.compile(r"MIT|BSD|Apache|Python Software Foundation|PSF|ISC|Zlib|Unlicense")
# The project's rule: no copyleft in the default install; LGPL only as an extra.
COPYLEFT = re.compile(r"GPL|General Public|AGPL|SSPL|BUSL|Business Source|Mozilla|MPL|EUPL|CDDL")


def locked() -> list[str]:
    """The names in the lock of the default install that this platform needs."""
    text = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^([A-Za-z0-9._-]+)==\S+(.*)$", text, re.MULTILINE)
    # A package may stand there once for each of several versions of Python.
    return list(
        dict.fromkeys(name for name, rest in lines if "sys_platform == 'win32'" not in rest)
    )


def licence(package: Distribution) -> str:
    """What the package says about its licence, on one line."""
    classifiers = package.metadata.get_all("Classifier", [])
    said = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    expressions = package.metadata.get_all("License-Expression", [])
    texts = package.metadata.get_all("License", []) if not said else []
    return "; ".join([*expressions, *said, *(text.partition("\n")[0] for text in texts)])


def size(package: Distribution) -> int:
    """The bytes of all files that the package has brought."""
    paths = [Path(str(package.locate_file(file))) for file in package.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file())


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    packages = [distribution(name) for name in locked()]
    problems = []
    for one in packages:
        said = licence(one)
        print(f"{one.name:24} {one.version:12} {size(one) / 1e6:7.1f} MB  {said}")
        if COPYLEFT.search(said) or not PERMISSIVE.search(said):
            problems.append(f"{one.name}: licence {said or 'not said'}")
    megabytes = sum(size(one) for one in packages) / 1e6
    print(f"{len(packages)} packages, {megabytes:.0f} MB")
    if len(packages) > MOST_PACKAGES or megabytes > MOST_MEGABYTES:
        problems.append(f"larger than {MOST_PACKAGES} packages or {MOST_MEGABYTES} MB")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
