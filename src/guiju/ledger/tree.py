# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962 over plain bytes: roots, compact ranges, proofs and their checks.

Pure and without a class per node: a tree of `size` leaves is known by its *peaks*, the roots of its
complete subtrees from left to right, which is all that growing it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH = 32
EMPTY_ROOT = sha256(b"").digest()

# The hash of the complete subtree at (level, index): leaves index * 2**level up to the next.
Subtree = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """The hash of each of many leaves."""
    join = sha256
    return [join(b"\x00" + leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Range:
    """A compact range from leaf 0: grows by leaf hashes, knows its root."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Go on from `size` leaves with these peaks; raises ValueError when they do not fit."""
        if size < 0 or size.bit_count() != len(peaks):
            raise ValueError(f"{len(peaks)} peaks do not make a tree of {size} leaves")
        self.size = size
        self.peaks = list(peaks)

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Add leaves by their hashes."""
        row, rest = list(hashes), self.size
        self.size += len(row)
        made: list[bytes] = []
        # Level by level: what waits there at the left joins, and what is left over waits.
        while row:
            if rest & 1:
                row.insert(0, self.peaks.pop())
            if len(row) & 1:
                made.append(row.pop())
            row = _pairs(row)
            rest >>= 1
        self.peaks += reversed(made)

    def root(self) -> bytes:
        """The tree head's root hash."""
        return fold(self.peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over peaks from left (large) to right (small)."""
    if not peaks:
        return EMPTY_ROOT
    node = peaks[-1]
    for peak in reversed(peaks[:-1]):
        node = node_hash(peak, node)
    return node


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    whole = Range()
    whole.extend(hashes)
    return whole.root()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes, level by level: the fast way for whole tiles."""
    row = hashes
    while len(row) > 1:
        row = _pairs(row)
    return row[0]


def _pairs(row: Sequence[bytes]) -> list[bytes]:
    """The level above an even number of hashes."""
    pairs, join = iter(row), sha256
    return [join(b"\x01" + one + other).digest() for one, other in zip(pairs, pairs)]  # noqa: B905 - it cannot be odd


def _split(size: int) -> int:
    """The largest power of two below `size`: where RFC 6962 cuts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def _peaks_of(begin: int, end: int, subtree: Subtree) -> list[bytes]:
    """The complete subtrees that make up leaves [begin, end); `begin` is aligned to that width."""
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append(subtree(level, begin >> level))
        begin += 1 << level
    return found


def subtree_root(begin: int, end: int, subtree: Subtree) -> bytes:
    """The root over leaves [begin, end) of which `subtree` knows the complete subtrees."""
    return fold(_peaks_of(begin, end, subtree))


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(subtree_root(middle, end, subtree))
            end = middle
        else:
            path.append(subtree_root(begin, middle, subtree))
            begin = middle
    path.reverse()
    return path


def consistency_proof(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """That the tree of `first` leaves is a beginning of the one of `second` (RFC 6962, 2.1.2)."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} leaves is no beginning of one of {second}")
    if first in {0, second}:
        return []
    path: list[bytes] = []
    begin, end, whole = 0, second, True
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(subtree_root(middle, end, subtree))
            end = middle
        else:
            path.append(subtree_root(begin, middle, subtree))
            begin, whole = middle, False
    if not whole:
        path.append(subtree_root(begin, end, subtree))
    path.reverse()
    return path


def inclusion_holds(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` leads from the leaf hash `leaf` at `index` to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, left, last = leaf, index, size - 1
    for step in proof:
        if last == 0:
            return False
        if left & 1 or left == last:
            node = node_hash(step, node)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            node = node_hash(node, step)
        left, last = left >> 1, last >> 1
    return last == 0 and node == root


def consistency_holds(
    first: int, second: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether `proof` shows the older root to be a beginning of the newer (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and old_root == new_root
    if first == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if first.bit_count() == 1:
        steps.insert(0, old_root)
    return bool(steps) and _leads_to_both(first, second, steps, old_root, new_root)


def _leads_to_both(
    first: int, second: int, steps: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    left, last = first - 1, second - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if left & 1 or left == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            new = node_hash(new, step)
        left, last = left >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
