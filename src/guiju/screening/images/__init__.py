# SPDX-License-Identifier: Apache-2.0
"""Judges a picture: known ones, codes, text in it, and what a model sees (Articles 4 and 14).

Pure functions over bytes. The libraries that decode and read come with the extras `media` and `ocr`
and are imported when first used; without them the answer is "not screened", never "pass".
"""

from guiju.screening.images.codes import Code, CodeReader, ZxingReader
from guiju.screening.images.hash_lines import ANY_HARM, HASH_ACTIONS, listed, read_hashes
from guiju.screening.images.hash_rows import MOST_HASHES, listed_in, rows_of
from guiju.screening.images.hashes import MOST_DISTANCE, Listed, Mark, Match, PdqList
from guiju.screening.images.limits import Limits, admitted
from guiju.screening.images.looking import TextJudge
from guiju.screening.images.model import PARTS, ImageFinding, ImageVerdict
from guiju.screening.images.pdq import LEAST_QUALITY, Pdq, pdq
from guiju.screening.images.pixels import Box, Pixels
from guiju.screening.images.policy import ImagePolicy, as_table, read_image_policy
from guiju.screening.images.rapid import RapidReader
from guiju.screening.images.reading import Reader, TextBox
from guiju.screening.images.screen import Eyes, ImageScreen, hashed, judge_file
from guiju.screening.images.seeing import Asker
from guiju.screening.images.sniff import Kind, sniff

__all__ = [
    "ANY_HARM",
    "HASH_ACTIONS",
    "LEAST_QUALITY",
    "MOST_DISTANCE",
    "MOST_HASHES",
    "PARTS",
    "Asker",
    "Box",
    "Code",
    "CodeReader",
    "Eyes",
    "ImageFinding",
    "ImagePolicy",
    "ImageScreen",
    "ImageVerdict",
    "Kind",
    "Limits",
    "Listed",
    "Mark",
    "Match",
    "Pdq",
    "PdqList",
    "Pixels",
    "RapidReader",
    "Reader",
    "TextBox",
    "TextJudge",
    "ZxingReader",
    "admitted",
    "as_table",
    "hashed",
    "judge_file",
    "listed",
    "listed_in",
    "pdq",
    "read_hashes",
    "read_image_policy",
    "rows_of",
    "sniff",
]
