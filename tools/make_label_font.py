# SPDX-License-Identifier: Apache-2.0
"""Makes the font of visible labels from Noto Sans CJK: the characters of GB 2312 and no more.

    apt-get install fonts-noto-cjk && pip install fonttools
    python tools/make_label_font.py

The result is in the repository, so nobody needs this to install guiju. The same fonts give the same
bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
SIMPLIFIED_CHINESE = 2  # its number in the collection
OUT = Path(__file__).parent.parent / "src/guiju/labelling/showing/guiju-label.otf"
# A changed version has a name of its own (SIL Open Font License 1.1, condition 3).
NAMES = {1: "Guiju Label", 2: "Regular", 3: "Guiju Label 1", 4: "Guiju Label", 6: "GuijuLabel"}
KEPT_NAMES = {0, 13, 14}  # copyright, licence, its address


def characters() -> list[int]:
    """Printable ASCII, and all of GB 2312 but what is no text in Chinese."""
    rows = (*range(0xA1, 0xA4), *range(0xB0, 0xF8))
    found = list(range(0x20, 0x7F))
    for row in rows:
        for cell in range(0xA1, 0xFF):
            try:
                found.append(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue  # a cell that is not assigned
    return found


def main() -> int:
    """Write the font and say its size."""
    options = subset.Options(
        hinting=False,
        layout_features=[],
        notdef_outline=True,
        name_IDs=["*"],
        recalc_timestamp=False,
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG"]
    font = TTFont(SOURCE, fontNumber=SIMPLIFIED_CHINESE, lazy=True, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    names = font["name"]
    names.names = [one for one in names.names if one.nameID in KEPT_NAMES or one.nameID in NAMES]
    for one in names.names:
        if one.nameID in NAMES:
            one.string = NAMES[one.nameID]
    outlines = font["CFF "].cff
    outlines.fontNames = [NAMES[6]]
    outlines.topDictIndex[0].FullName = outlines.topDictIndex[0].FamilyName = NAMES[1]
    font.save(OUT)
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(font.getBestCmap())} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
