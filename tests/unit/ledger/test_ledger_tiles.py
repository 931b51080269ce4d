# SPDX-License-Identifier: Apache-2.0
"""The file layout of C2SP tlog-tiles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.ledger.tiles import ENTRIES, WIDTH, Tile, bundle, needed, read_path, unbundle

# Paths as the specification gives them, and around where a number gains a folder.
PATHS = {
    Tile(0, 0): "tile/0/000",
    Tile(0, 5): "tile/0/005",
    Tile(0, 999): "tile/0/999",
    Tile(0, 1000): "tile/0/x001/000",
    Tile(2, 1_234_067): "tile/2/x001/x234/067",
    Tile(0, 1_234_067, 8): "tile/0/x001/x234/067.p/8",
    Tile(ENTRIES, 273, 112): "tile/entries/273.p/112",
    Tile(ENTRIES, 1_000_000): "tile/entries/x001/x000/000",
}


@pytest.mark.parametrize(("tile", "path"), PATHS.items())
def test_paths_are_those_of_the_specification(tile, path) -> None:
    """Three digits to a folder, all but the last with an x; the width of a partial tile behind."""
    assert tile.path == path
    assert read_path(path) == tile


@given(st.integers(-1, 6), st.integers(0, 10**12), st.integers(1, WIDTH))
def test_every_path_reads_back(level, number, width) -> None:
    """Path and tile are one to one."""
    tile = Tile(level, number, width)
    assert read_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/08",
        "tile/0/000.p/300",
        "tile/0/../000",
        "tile/entries/000/x001",
    ],
)
def test_other_spellings_are_no_tile(path) -> None:
    """One file has one name."""
    assert read_path(path) is None


def test_a_tree_has_the_files_of_the_specification() -> None:
    """The example of the specification: 70,000 leaves."""
    paths = [tile.path for tile in needed(70_000)]
    assert len(paths) == 274 + 274 + 2 + 1
    assert {"tile/0/272", "tile/0/273.p/112", "tile/entries/273.p/112"} <= set(paths)
    assert {"tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} <= set(paths)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_back(leaves) -> None:
    """Lengths in two bytes, then the leaves."""
    assert unbundle(bundle(leaves)) == leaves


def test_a_cut_bundle_gives_what_is_whole() -> None:
    """What is cut off is left out, not guessed."""
    whole = bundle([b"one", b"two"])
    assert unbundle(whole[:-1]) == [b"one"]
    assert unbundle(whole[:1]) == []


def test_the_largest_leaf_fits_and_is_framed_by_its_length() -> None:
    """65,535 bytes are the most that two bytes can announce."""
    leaf = bytes(65_535)
    assert bundle([leaf])[:2] == b"\xff\xff"
    assert unbundle(bundle([leaf])) == [leaf]
