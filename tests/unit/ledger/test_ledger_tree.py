# SPDX-License-Identifier: Apache-2.0
"""The tree against RFC 6962: vectors of other implementations, and every pair of sizes."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.ledger.tree import (
    EMPTY_ROOT,
    Range,
    Subtree,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)

# The eight leaves that the reference implementations share, and the roots over the first n.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY: dict[tuple[int, int], list[str]] = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
SIZES = 40


def hashes_of(count: int) -> list[bytes]:
    return [leaf_hash(f"leaf {number}".encode()) for number in range(count)]


def subtrees(hashes: list[bytes]) -> Subtree:
    def subtree(level: int, index: int) -> bytes:
        end = (index + 1) << level
        assert end <= len(hashes), "a proof must ask for complete subtrees only"
        return root_of(hashes[index << level : end])

    return subtree


def definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\x01" + definition(hashes[:half]) + definition(hashes[half:])).digest()


def test_roots_are_those_of_the_reference_implementations() -> None:
    """The shared vectors for one to eight leaves, and the empty tree."""
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert [root_of(hashes[: n + 1]).hex() for n in range(8)] == ROOTS
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("pair", "steps"), INCLUSION.items())
def test_inclusion_proofs_are_those_of_the_reference_implementations(pair, steps) -> None:
    """The shared vectors, made and checked."""
    index, size = pair
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    proof = inclusion_proof(index, size, subtrees(hashes[:size]))
    assert [one.hex() for one in proof] == steps
    assert inclusion_holds(hashes[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("pair", "steps"), CONSISTENCY.items())
def test_consistency_proofs_are_those_of_the_reference_implementations(pair, steps) -> None:
    """The shared vectors, made and checked."""
    first, second = pair
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    proof = consistency_proof(first, second, subtrees(hashes[:second]))
    assert [one.hex() for one in proof] == steps
    old, new = (bytes.fromhex(ROOTS[size - 1]) for size in pair)
    assert consistency_holds(first, second, proof, old, new)


def test_every_root_is_that_of_the_definition() -> None:
    """A compact range grown leaf by leaf and in steps agrees with the recursive definition."""
    hashes = hashes_of(300)
    grown = Range()
    for size, leaf in enumerate(hashes, 1):
        grown.extend([leaf])
        assert grown.root() == definition(hashes[:size])
        again = Range(size, grown.peaks)
        again.extend(hashes[size:])
        assert again.root() == root_of(hashes)


def test_every_leaf_of_every_tree_is_proved() -> None:
    """Every size up to forty, every leaf: its proof holds, with no other leaf, place or size."""
    hashes = hashes_of(SIZES)
    for size in range(1, SIZES + 1):
        root = root_of(hashes[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, subtrees(hashes[:size]))
            assert inclusion_holds(hashes[index], index, size, proof, root)
            assert not inclusion_holds(leaf_hash(b"other"), index, size, proof, root)
            assert not inclusion_holds(hashes[index], index + 1, size, proof, root)
            assert not inclusion_holds(hashes[index], index, size, [*proof, root], root)
            assert size == 1 or not inclusion_holds(hashes[index], index, size, proof[1:], root)


def test_every_pair_of_trees_is_consistent() -> None:
    """Every pair of sizes up to forty: the proof holds, and for no other older root."""
    hashes = hashes_of(SIZES)
    roots = [root_of(hashes[:size]) for size in range(SIZES + 1)]
    for second in range(SIZES + 1):
        for first in range(second + 1):
            proof = consistency_proof(first, second, subtrees(hashes[:second]))
            assert consistency_holds(first, second, proof, roots[first], roots[second])
            fork = node_hash(roots[first], roots[second])
            assert not consistency_holds(first, second, proof, fork, roots[second])
            assert not consistency_holds(first, second, [*proof, fork], roots[first], roots[second])
            if first not in {0, second}:
                assert not consistency_holds(first, second, proof, roots[first], fork)
                assert not consistency_holds(first, second, [], roots[first], roots[second])


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_changed_bit_breaks_every_proof(data):
    """One bit of one step of a proof, and neither kind holds any more."""
    size = data.draw(st.integers(2, 2_000))
    index = data.draw(st.integers(0, size - 1))
    hashes = hashes_of(size)
    root, old = root_of(hashes), root_of(hashes[:index])
    place, bit = data.draw(st.integers(0, 9)), data.draw(st.integers(0, 255))
    audit = inclusion_proof(index, size, subtrees(hashes))
    assert inclusion_holds(hashes[index], index, size, audit, root)
    assert not inclusion_holds(hashes[index], index, size, altered(audit, place, bit), root)
    growth = consistency_proof(index, size, subtrees(hashes))
    assert consistency_holds(index, size, growth, old, root)
    if growth:
        assert not consistency_holds(index, size, altered(growth, place, bit), old, root)


def altered(proof: list[bytes], place: int, bit: int) -> list[bytes]:
    place %= len(proof)
    changed = int.from_bytes(proof[place], "big") ^ (1 << bit)
    return [*proof[:place], changed.to_bytes(32, "big"), *proof[place + 1 :]]


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (7, 5)], ids=str)
def test_what_is_not_there_has_no_proof(index, size) -> None:
    """A place outside the tree is refused when proving and false when checking."""
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, subtrees([]))
    assert not inclusion_holds(bytes(32), index, size, [], bytes(32))


def test_a_longer_tree_is_no_beginning_of_a_shorter() -> None:
    """Sizes the wrong way round are refused when proving and false when checking."""
    with pytest.raises(ValueError, match="no beginning"):
        consistency_proof(3, 2, subtrees([]))
    assert not consistency_holds(3, 2, [], bytes(32), bytes(32))


def test_peaks_must_fit_the_size() -> None:
    """A compact range of five leaves has two peaks, not one."""
    with pytest.raises(ValueError, match="do not make a tree"):
        Range(5, [bytes(32)])
