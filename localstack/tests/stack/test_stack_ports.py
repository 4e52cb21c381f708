"""Choosing ports."""

import os
import socket
from collections.abc import Iterator

import pytest

from fanout_local.errors import LocalStackError
from fanout_local.ports import PortWishes, choose_ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_free_ports_differ_from_each_other() -> None:
    """Without wishes there are four ports, all free and different."""
    ports = choose_ports(PortWishes())
    chosen = {ports.aws, ports.dynamodb, ports.opensearch, ports.websocket}
    assert len(chosen) == 4
    assert all(is_free(port) for port in chosen)


def test_a_port_asked_for_is_used() -> None:
    """The user's port is taken as it is."""
    wish = choose_ports(PortWishes()).aws
    assert choose_ports(PortWishes(opensearch=wish)).opensearch == wish


def test_a_taken_port_is_named_with_its_holder(taken: int) -> None:
    """The error says which port, who listens there and which option to change."""
    with pytest.raises(LocalStackError) as caught:
        choose_ports(PortWishes(dynamodb=taken))
    assert f"Port {taken} is in use by process {os.getpid()}" in caught.value.cause
    assert "--port-dynamodb" in caught.value.remedy


def test_a_port_taken_on_all_interfaces_counts_as_taken() -> None:
    """DynamoDB Local listens on all interfaces: loopback being free is not enough."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_one_port_for_two_engines_is_refused() -> None:
    """Two engines cannot share a port, and the error says so before anything is started."""
    wish = choose_ports(PortWishes()).aws
    with pytest.raises(LocalStackError, match="asked for twice"):
        choose_ports(PortWishes(aws=wish, websocket=wish))
