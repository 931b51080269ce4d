# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1"])
def test_a_unit_test_reaches_no_network(host: str) -> None:
    """Not even this machine: whoever needs that is a journey."""
    with pytest.raises(Exception, match="tried to use socket"):
        socket.create_connection((host, 9))


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_journey_reaches_this_machine_and_no_other() -> None:
    """The mark that tests/conftest.py gives to journeys and browser tests."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with pytest.raises(Exception, match=r"192\.0\.2\.1"):
        socket.socket().connect(("192.0.2.1", 9))


def test_two_ends_of_one_process_may_talk() -> None:
    """Event loops need a pair of Unix sockets."""
    one, two = socket.socketpair()
    with one, two:
        one.send(b"x")
        assert two.recv(1) == b"x"
