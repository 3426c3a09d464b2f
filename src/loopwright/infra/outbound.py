"""Calls to an address that somebody else chose: vetted, connected to as vetted, bounded.

The name is resolved once and the vetted address itself is connected to, so that a name cannot
point elsewhere between the look and the call. No proxy, no redirect, one deadline for all.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from loopwright.base.errors import InvalidInput

MAX_URL = 2000
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_THIS_MACHINE = "it leads to the server's own machine"
_NOT_PUBLIC = "it leads to an address that is not public"
_PUBLIC = "Use an https:// address that is reachable from the internet."
_HERE = (
    f"{_PUBLIC} For development alone, LOOPWRIGHT_WEBHOOKS_ALLOW_LOOPBACK=1 allows localhost, "
    "127.0.0.1 and [::1]."
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER = tuple(
    ipaddress.ip_network(network)
    # Special by registry, or where a cloud answers questions about the machine (168.63.129.16);
    # what the standard library knows to be private is refused besides.
    for network in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "3fff::/20")
)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(InvalidInput):
    """The address is not one that the server may call."""

    default_code = "address_refused"


class CallFailed(Exception):
    """The call had no answer; the text says why."""


@dataclass(frozen=True)
class Destination:
    """A parsed address, not resolved yet."""

    secure: bool
    host: str
    port: int
    target: str
    """Path and query."""
    loopback: bool


def parse(url: str, *, allow_loopback: bool) -> Destination:
    """Return the parts of a URL. Raises AddressRefused, saying what is wrong with it."""
    if len(url) > MAX_URL or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise _refused(url, "it is too long, or holds spaces or letters outside of ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as failure:
        raise _refused(url, "it is not an address") from failure
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused(url, "it must name a host, and no user, password or fragment")
    loopback = allow_loopback and host in _LOOPBACK_NAMES
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise _refused(url, "it must begin with https://")
    if not loopback and (why := _private(host)):
        raise _refused(url, why, remedy=_HERE if why is _THIS_MACHINE else _PUBLIC)
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(secure, host, port or (443 if secure else 80), target, loopback)


def resolve(destination: Destination) -> str:
    """Return the address to connect to.

    Raises AddressRefused when any address of the name is not public, CallFailed when there is
    none.
    """
    try:
        found = socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise CallFailed(f"The host {destination.host} could not be found.") from failure
    # Many servers have no way out over IPv6; one that has only that is still reached by it.
    addresses = sorted((str(entry[4][0]) for entry in found), key=lambda text: ":" in text)
    for text in addresses:
        if not _may_call(text, loopback=destination.loopback):
            raise _refused(destination.host, _NOT_PUBLIC)
    if not addresses:
        raise CallFailed(f"The host {destination.host} has no address.")
    return addresses[0]


def post(
    destination: Destination, *, body: bytes, headers: Mapping[str, str], seconds: float
) -> int:
    """POST a body; return the status. The answer's body is not read, redirects are not followed.

    Raises AddressRefused or CallFailed; `seconds` bounds the whole call after resolving.
    """
    address = resolve(destination)
    made: http.client.HTTPConnection
    if destination.secure:
        made = _PinnedSecure(destination, address, seconds)
    else:
        made = _Pinned(destination.host, destination.port, timeout=seconds)
        made.address = address
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _cut(made)

    deadline = threading.Timer(seconds, give_up)
    deadline.daemon = True
    deadline.start()
    try:
        made.request("POST", destination.target, body=body, headers=dict(headers))
        return made.getresponse().status
    except (OSError, http.client.HTTPException) as failure:
        if late.is_set() or isinstance(failure, TimeoutError):
            raise CallFailed(f"No answer within {seconds:g} seconds.") from failure
        said = "the certificate or TLS failed" if isinstance(failure, ssl.SSLError) else "cut off"
        if isinstance(failure, ConnectionRefusedError):
            said = "nobody listens there"
        elif isinstance(failure, http.client.HTTPException):
            said = "the answer is not HTTP"
        raise CallFailed(f"The call to {destination.host} failed: {said}.") from failure
    finally:
        deadline.cancel()
        made.close()


class _Pinned(http.client.HTTPConnection):
    address = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), timeout=self.timeout)


class _PinnedSecure(http.client.HTTPSConnection):
    def __init__(self, destination: Destination, address: str, seconds: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(destination.host, destination.port, timeout=seconds, context=self._tls)
        self._address = address

    def connect(self) -> None:
        # Kept before the handshake, so that the deadline can cut a slow one too.
        self.sock = socket.create_connection((self._address, self.port), timeout=self.timeout)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


def _cut(made: http.client.HTTPConnection) -> None:
    held: socket.socket | None = made.sock
    if held is not None:
        try:
            held.shutdown(socket.SHUT_RDWR)
        except OSError:  # it ended by itself
            return


def _may_call(text: str, *, loopback: bool) -> bool:
    address: _Address = ipaddress.ip_address(text.partition("%")[0])
    if loopback:
        return address.is_loopback
    return all(_is_public(part) for part in _parts(address))


def _parts(address: _Address) -> list[_Address]:
    """Return the address and those IPv4 addresses that it carries inside."""
    found: list[_Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        found += [one for one in inner if one is not None]
        if address in _NAT64:
            found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def _is_public(address: _Address) -> bool:
    private = address.is_private or address.is_loopback or address.is_link_local
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    listed = any(address in network for network in _NEVER)
    return address.is_global and not (private or special or listed)


def leads_here(url: str) -> bool:
    """Return whether a URL names this machine: it works in development alone."""
    try:
        return urlsplit(url).hostname in _LOOPBACK_NAMES
    except ValueError:
        return False


def _private(host: str) -> str | None:
    """Return why a host is never public by its very name, None where only resolving can tell."""
    if host in _LOOPBACK_NAMES or host.endswith((".localhost", ".localdomain")):
        return _THIS_MACHINE
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:  # 127.1 and 2130706433 are addresses too
            address = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return None
    if any(part.is_loopback for part in _parts(address)):
        return _THIS_MACHINE
    return None if all(_is_public(part) for part in _parts(address)) else _NOT_PUBLIC


def _refused(what: str, why: str, *, remedy: str = _PUBLIC) -> AddressRefused:
    return AddressRefused(f"{what[:200]!r} cannot be called: {why}.", remedy=remedy)
