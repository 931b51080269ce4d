# SPDX-License-Identifier: Apache-2.0
"""The codes are those of RFC 2104, whatever the length of key and message."""

import hmac
import threading

import pytest

from guiju.kernel import Mac


@pytest.mark.parametrize("key", [0, 1, 20, 32, 63, 64, 65, 131])
@pytest.mark.parametrize("message", [0, 1, 55, 56, 64, 1000])
def test_codes_are_those_of_the_standard_library(key: int, message: int) -> None:
    secret = bytes(at * 7 % 256 for at in range(key))
    said = bytes(at * 11 % 256 for at in range(message))

    assert Mac(secret).digest(said) == hmac.digest(secret, said, "sha256")


def test_one_message_leaves_nothing_behind_for_the_next() -> None:
    mac = Mac(b"k" * 32)
    first = mac.digest(b"zorbla")
    mac.digest(b"quimpf")

    assert mac.digest(b"zorbla") == first


def test_threads_share_one() -> None:
    mac, key = Mac(b"k" * 32), b"k" * 32
    wrong: list[int] = []

    def work(start: int) -> None:
        for at in range(start, start + 2_000):
            said = str(at).encode() * 20
            if mac.digest(said) != hmac.digest(key, said, "sha256"):
                wrong.append(at)

    threads = [threading.Thread(target=work, args=(at * 10_000,)) for at in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert wrong == []
