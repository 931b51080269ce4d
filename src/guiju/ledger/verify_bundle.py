# SPDX-License-Identifier: Apache-2.0
"""Checks a bundle of evidence without guiju: one file, the standard library and `cryptography`.

python verify_bundle.py FOLDER [--key KEYLINE] [--since OLD_CHECKPOINT] [--lang zh|en] [--json]
核验一份证据包，不需要 guiju：仅此一个文件，加标准库与 cryptography。
Exit status: 0 all holds, 1 something does not, 2 nothing that can be read.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Key = tuple[str, bytes, bytes]  # name, key hash, Ed25519 public key
Said = tuple[int, bytes]  # size and root, as a checkpoint says them
WIDTH = 256  # of a tile

UNSIGNED = "没有此公钥的有效签名。", "It has no valid signature of this key."
UNPROVED = "未证明此证据在检查点之下。", "The leaf is not proved to stand under the checkpoint."
CUT = "该文件缺失或不完整。", "The file is missing or incomplete."
DIFFERS = "与重算的不符。", "It differs from what was computed."
NO_GROWTH = "未证明账本是其延续。", "It is not proved that the ledger continues it."
NO_STAMP = "不是该检查点的时间戳。", "It is no time stamp of that checkpoint."
SIZE = "检查点签名有效：共 {0} 条证据。", "The checkpoint is signed: {0} leaves."
LEAVES = "已证明 {0} 条证据在其中且未改动。", "Proved: {0} leaves stand under it, unaltered."
COMPLETE = "已由全部条目重算整棵树。", "The whole tree was computed again from all entries."
SINCE = "已证明账本是检查点 {0} 的延续。", "Proved: the ledger continues checkpoint {0}."
STAMP = "时间戳：{0}（机构签名未核对）。", "Time stamp: {0} (whose it is was not checked)."
OWN_KEY = "公钥取自证据包，请另行比对。", "The key came with the bundle: compare it."
CANNOT = (
    "不能证明：事件真实；无内容绕过网关；账本没有另一分支（请与他人手中的检查点比对）。",
    "Not proved: that events are true; nothing bypassed the gateway; no other branch exists.",
)
VERDICT = ("有不符之处。", "NOT all of it holds."), ("全部相符。", "All of it holds.")


def plain(text: str) -> bytes:
    """The bytes behind Base64 in its one canonical spelling."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical Base64")
    return data


def read_key(line: str) -> Key:
    """Read `name+hash+key`."""
    name, hashed, encoded = [*line.strip().split("+", 2), "", ""][:3]
    typed = plain(encoded)
    known = sha256(name.encode() + b"\n" + typed).digest()[:4]
    if typed[:1] != b"\x01" or known.hex() != hashed:
        raise ValueError("this is no key line of an Ed25519 key")
    return name, known, typed[1:]


def open_note(note: bytes, key: Key) -> Said | None:
    """What the checkpoint says, or None unless our key has signed exactly this text."""
    try:
        text, _, lines = note.decode().rpartition("\n\n")
        for line in lines.removesuffix("\n").split("\n") if lines.endswith("\n") else []:
            dash, signer, encoded = line.split(" ")
            blob = plain(encoded)
            if (dash, signer, blob[:4]) == ("\N{EM DASH}", key[0], key[1]):
                public = Ed25519PublicKey.from_public_bytes(key[2])
                public.verify(blob[4:], text.encode() + b"\n")
                origin, size, root = text.split("\n")[:3]
                return (int(size), plain(root)) if origin == key[0] else None
    except (ValueError, InvalidSignature):
        pass
    return None


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 6962, section 2.1; a leaf has 0x00 in front)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: list[bytes]) -> bytes:
    """The root over leaf hashes: neighbours are joined, an odd last one moves up as it is."""
    row = hashes
    while len(row) > 1:
        joined = [node(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = joined + row[len(row) - len(row) % 2 :]
    return row[0] if row else sha256(b"").digest()


def climb(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root to which an inclusion proof leads; takes what it uses off the end of `proof`."""
    if size == 1:
        return leaf
    beside, middle = proof.pop(), 1 << ((size - 1).bit_length() - 1)
    if index < middle:
        return node(climb(leaf, index, middle, proof), beside)
    return node(beside, climb(leaf, index - middle, size - middle, proof))


def grow(first: int, size: int, proof: list[bytes], old: bytes | None) -> tuple[bytes, bytes]:
    """Older and newer root to which a consistency proof leads; `old`: the older is a whole part."""
    if first == size:
        whole = proof.pop() if old is None else old
        return whole, whole
    beside, middle = proof.pop(), 1 << ((size - 1).bit_length() - 1)
    if first <= middle:
        older, newer = grow(first, middle, proof, old)
        return older, node(newer, beside)
    older, newer = grow(first - middle, size - middle, proof, None)
    return node(beside, older), node(beside, newer)


def der(data: bytes) -> list[bytes]:
    """The contents of what stands one after another in DER."""
    found, at = [], 0
    while at < len(data):
        length, at = data[at + 1], at + 2
        if length > 0x7F:  # noqa: PLR2004 - the length itself follows, in so many bytes
            more = at + length - 0x80
            length, at = int.from_bytes(data[at:more], "big"), more
        found.append(data[at : at + length])
        at += length
    return found


def stamped(token: bytes, message: bytes) -> str | None:
    """The time in a time-stamp response, if its imprint is that of `message`."""
    try:
        signed_data = der(der(der(der(token)[0])[1])[1])[0]
        info = der(der(der(der(der(signed_data)[2])[1])[0])[0])
        algorithm, imprint = der(info[2])
        is_sha256 = der(algorithm)[0].hex() == "608648016503040201"
        holds = is_sha256 and imprint == sha256(message).digest()
        return info[4].decode("ascii") if holds else None
    except (IndexError, ValueError):
        return None


class Check:
    """One run over one folder."""

    def __init__(self, folder: Path, line: str | None) -> None:
        """Read key and checkpoint; raises OSError or ValueError when there are none."""
        self.folder = folder
        self.problems: list[dict[str, str]] = []
        self.hashes: list[bytes] = []
        self.key = read_key(line or (folder / "key.txt").read_text("utf-8"))
        said = open_note((folder / "checkpoint").read_bytes(), self.key)
        if said is None:
            self.wrong("checkpoint", UNSIGNED)
        self.size, self.root = said or (0, b"")

    def wrong(self, where: str, what: tuple[str, str]) -> None:
        """Note what does not hold."""
        self.problems.append({"where": where, "zh": what[0], "en": what[1]})

    def file(self, name: str) -> bytes:
        """A file of the bundle; empty when it is not there."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else b""

    def proof(self, name: str, **expected: int) -> list[bytes] | None:
        """The hashes of a proof file, if it speaks of what is expected."""
        try:
            value = json.loads(self.file(name))
            same = all(value[word] == number for word, number in expected.items())
            return [plain(one) for one in value["hashes"]] if same else None
        except (ValueError, KeyError, TypeError):
            return None

    def leaves(self) -> int:
        """How many leaves are proved; names each that is not."""
        found, proved = [*self.folder.glob("leaves/*"), *self.folder.glob("proofs/*")], 0
        for name in sorted({path.stem for path in found}, key=lambda one: (len(one), one)):
            try:
                index, leaf = int(name), self.file(f"leaves/{name}.json")
                proof = self.proof(f"proofs/{name}.json", index=index, size=self.size) or []
                root = climb(sha256(b"\x00" + leaf).digest(), index, self.size, proof)
                holds = bool(leaf) and 0 <= index < self.size and root == self.root and not proof
            except (ValueError, IndexError):
                holds = False
            proved += holds
            if not holds:
                self.wrong(f"leaves/{name}.json", UNPROVED)
        return proved

    def complete(self) -> bool:
        """Whether all entries are here and make the signed root; names each file that is wrong."""
        if not (self.folder / "tile").is_dir():
            return False
        for number in range(-(-self.size // WIDTH)):
            width = min(WIDTH, self.size - WIDTH * number)
            path, found = tile_path("entries", number, width), []
            data = self.file(path)
            while len(data) > 1:
                end = 2 + int.from_bytes(data[:2], "big")
                found.append(sha256(b"\x00" + data[2:end]).digest())
                data = data[end:]
            if len(found) != width or data:
                self.wrong(path, CUT)
            self.hashes += found[:width]
        level, row = 0, self.hashes
        while row:
            parts = [row[at : at + WIDTH] for at in range(0, len(row), WIDTH)]
            for number, part in enumerate(parts):
                path = tile_path(str(level), number, len(part))
                if self.file(path) != b"".join(part):
                    self.wrong(path, DIFFERS)
            level, row = level + 1, [root_of(part) for part in parts if len(part) == WIDTH]
        if root_of(self.hashes) != self.root:
            self.wrong("tile/entries", DIFFERS)
        return root_of(self.hashes) == self.root

    def continues(self, where: str, note: bytes) -> int | None:
        """The size of an older checkpoint, if the ledger is proved to continue it."""
        first, old = open_note(note, self.key) or (0, b"")
        name = f"consistency/{first}.json"
        proof = [] if first == self.size else self.proof(name, first=first, second=self.size)
        try:
            if proof is None and first <= len(self.hashes):
                roots = root_of(self.hashes[:first]), root_of(self.hashes)
            else:
                roots = grow(first, self.size, proof or [], old)
        except (IndexError, ValueError):
            roots = b"", b""
        holds = first > 0 and roots == (old, self.root) and not proof
        if not holds:
            self.wrong(where, NO_GROWTH if first else UNSIGNED)
        return first if holds else None

    def stamp(self) -> str | None:
        """The time that a stamp gives to this checkpoint or to one that it continues."""
        token, note = self.file("stamp/token.tsr"), self.file("stamp/checkpoint")
        when = stamped(token, note)
        if token and when is None:
            self.wrong("stamp/token.tsr", NO_STAMP)
        return when if token and self.continues("stamp/checkpoint", note) is not None else None


def tile_path(level: str, number: int, width: int) -> str:
    """Where C2SP tlog-tiles keeps a tile."""
    digits = str(number).zfill(-(-len(str(number)) // 3) * 3)
    folders = [f"x{digits[at : at + 3]}/" for at in range(0, len(digits) - 3, 3)]
    name = f"tile/{level}/{''.join(folders)}{digits[-3:]}"
    return name if width == WIDTH else f"{name}.p/{width}"


def check(folder: Path, line: str | None = None, since: bytes | None = None) -> dict[str, Any]:
    """Everything that can be checked about the bundle in `folder`; `since`: an older checkpoint."""
    run = Check(folder, line)
    result: dict[str, Any] = {"ok": False, "origin": run.key[0], "size": run.size}
    result["root"] = base64.b64encode(run.root).decode()
    if run.root:
        result |= {"leaves": run.leaves(), "complete": run.complete(), "stamp": run.stamp()}
        result["since"] = None if since is None else run.continues("--since", since)
    return {**result, "own_key": line is None, "problems": run.problems, "ok": not run.problems}


def report(result: dict[str, Any], language: int) -> list[str]:
    """What was proved and what was not, in sentences; `language` 0 is Chinese, 1 English."""
    lines = [f"{one['where']}: {one[('zh', 'en')[language]]}" for one in result["problems"]]
    told = {"size": SIZE, "leaves": LEAVES, "complete": COMPLETE, "since": SINCE, "stamp": STAMP}
    for name, said in (told | {"own_key": OWN_KEY}).items():
        lines += [said[language].format(result[name])] if result.get(name) else []
    return [*lines, CANNOT[language], VERDICT[int(result["ok"])][language]]


def main() -> int:
    """Check, print, and answer by the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", help="the line of key.txt, as you got it elsewhere")
    parser.add_argument("--since", type=Path, help="an earlier checkpoint that you hold")
    chinese = (os.environ.get("LC_ALL") or os.environ.get("LANG", "")).startswith("zh")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh" if chinese else "en")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        since = given.since.read_bytes() if given.since else None
        result = check(given.folder, given.key, since)
    except (OSError, ValueError) as error:
        print(f"无法读取 / cannot be read: {error}", file=sys.stderr)
        return 2
    if given.json:
        told = [{"where": one["where"], "what": one[given.lang]} for one in result["problems"]]
        result |= {"problems": told, "cannot": CANNOT[given.lang != "zh"]}
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        print("\n".join(report(result, int(given.lang != "zh"))))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
