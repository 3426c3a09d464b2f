"""Addresses that others chose: what may be called, and that what was vetted is what is called."""

import socket
import threading
from typing import Any

import pytest

from loopwright.infra import outbound
from loopwright.infra.outbound import AddressRefused, CallFailed, Destination
from support.receiver import receiving

HOSTILE = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "10.0.0.1", "172.16.3.4",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192",
    "168.63.129.16", "198.18.0.1", "224.0.0.1", "255.255.255.255", "localhost", "[::1]", "[::]",
    "[fe80::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[ff02::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTILE)
def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        outbound.resolve(outbound.parse(f"https://{host}/hook", allow_loopback=False))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https:///x", "https://", "example.com",
        "https://user@example.com/", "https://a:b@example.com/", "https://example.com/#part",
        "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX: y",
        "https://[::1", "https://ex\u00e4mple.com/", "file:///etc/passwd",
        "https://e/" + "x" * 2000,        "http://localhost/", "",
    ],
)  # fmt: skip
def test_other_forms_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        outbound.parse(url, allow_loopback=False)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "desk.localhost", "127.0.0.1", "127.1", "[::1]", "127.9.9.9"]
)
def test_the_own_machine_is_refused_at_once_and_the_setting_is_named(host: str) -> None:
    """Not only when it is called: who adds it is told."""
    with pytest.raises(AddressRefused) as refused:
        outbound.parse(f"https://{host}/hook", allow_loopback=False)
    assert "the server's own machine" in refused.value.message
    assert "LOOPWRIGHT_WEBHOOKS_ALLOW_LOOPBACK" in refused.value.remedy


def test_private_addresses_are_refused_at_once() -> None:
    with pytest.raises(AddressRefused, match="not public"):
        outbound.parse("https://10.0.0.1/", allow_loopback=False)
    for url in ("https://desk.localhost/", "https://127.0.0.2/"):
        with pytest.raises(AddressRefused):
            outbound.parse(url, allow_loopback=True)


def test_public_addresses_may_be_called() -> None:
    for host, address in (("1.1.1.1", "1.1.1.1"), ("[2606:4700::1111]", "2606:4700::1111")):
        assert outbound.resolve(outbound.parse(f"https://{host}/", allow_loopback=False)) == address


def test_development_opens_loopback_and_nothing_else() -> None:
    for url in ("http://127.0.0.1:9/x?y=1", "http://localhost/", "https://localhost/"):
        assert outbound.parse(url, allow_loopback=True).loopback
    for url in ("http://10.0.0.1/", "http://127.0.0.2/", "http://example.com/"):
        with pytest.raises(AddressRefused):
            outbound.parse(url, allow_loopback=True)
    with pytest.raises(AddressRefused):
        outbound.resolve(outbound.parse("https://10.0.0.1/", allow_loopback=True))


def test_a_name_is_resolved_once_and_that_address_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that turns to another address after the look changes nothing."""
    real, asked = socket.getaddrinfo, []

    def answers(host: Any, *args: Any, **more: Any) -> Any:
        if host != "turncoat.example":
            return real(host, *args, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return real(address, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with receiving() as receiver:
        port = int(receiver.url.rsplit(":", 1)[1])
        there = Destination(False, "turncoat.example", port, "/hook", loopback=True)
        assert outbound.post(there, body=b"{}", headers={}, seconds=5) == 200
    assert asked == ["turncoat.example"]
    assert receiver.got[0].headers["host"] == f"turncoat.example:{port}"


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = socket.getaddrinfo

    def answers(host: Any, *args: Any, **more: Any) -> Any:
        return real("1.1.1.1", *args, **more) + real("10.0.0.1", *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(AddressRefused):
        outbound.resolve(outbound.parse("https://both.example/", allow_loopback=False))


@pytest.mark.parametrize(
    ("path", "said"),
    [("slow-head", "No answer within"), ("cut", "failed"), ("garbage", "not HTTP")],
)
def test_calls_without_an_answer_say_why(path: str, said: str) -> None:
    with receiving() as receiver:
        there = outbound.parse(f"{receiver.url}/{path}", allow_loopback=True)
        with pytest.raises(CallFailed, match=said):
            outbound.post(there, body=b"{}", headers={}, seconds=0.5)


def test_a_dripping_head_is_cut_at_the_deadline() -> None:
    """Each byte would come in time by itself; the whole call would not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = outbound.parse(
            f"http://127.0.0.1:{listener.getsockname()[1]}/", allow_loopback=True
        )
        ended = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    while not ended.wait(0.1):
                        connection.sendall(b"H")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(CallFailed, match="No answer within"):
            outbound.post(there, body=b"{}", headers={}, seconds=0.6)
        ended.set()
        thread.join()


def test_redirects_and_endless_bodies_are_not_followed_or_read() -> None:
    with receiving() as receiver:
        for path, status in (("redirect", 302), ("slow-body", 200)):
            there = outbound.parse(f"{receiver.url}/{path}", allow_loopback=True)
            assert outbound.post(there, body=b"{}", headers={}, seconds=5) == status
        assert len(receiver.got) == 2


def test_nobody_there_and_a_plain_server_under_tls_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    there = outbound.parse(f"http://127.0.0.1:{port}/", allow_loopback=True)
    with pytest.raises(CallFailed, match="nobody listens"):
        outbound.post(there, body=b"", headers={}, seconds=5)
    with receiving() as receiver:
        secure = receiver.url.replace("http:", "https:")
        with pytest.raises(CallFailed, match="TLS failed"):
            outbound.post(
                outbound.parse(secure, allow_loopback=True), body=b"", headers={}, seconds=5
            )
