"""Which URLs of users may be called from inside the platform, and which addresses may be behind them. Pure.

A user's URL makes *us* call somebody. Without a check it reaches what only we can reach: a database on
the same network, a cloud's metadata service, ourselves. So only https to public hosts is allowed, and
"public" is judged by the addresses that a name resolves to, not by how it is written: ``2130706433``,
``0x7f.1`` and ``[::ffff:127.0.0.1]`` are all this machine.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from natter_runtime.errors import NatterError

MAX_URL: Final = 2048

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: an IPv4 address in the last 32 bits. Python calls all of it global."""
_COMPATIBLE: Final = ipaddress.ip_network("::/96")
"""RFC 4291, deprecated: the same without a prefix."""
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""The only part of IPv6 that is given out for the public internet (RFC 4291, IANA)."""
_REFUSED: Final = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's host: metadata, on an address that is public
    ipaddress.ip_network("192.0.0.0/24"),  # IETF's own (RFC 6890), which older Pythons call public in part
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays (RFC 7526)
)


class Forbidden(NatterError):
    """A URL that must not be called. The message says why, and not what is there."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a URL that decide where it leads."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """``scheme://host:port``, the same for every way to write it."""
        return f"{self.scheme}://{self.host}:{self.port}"


def target(url: str, *, private: bool) -> Target:
    """Return where ``url`` leads; a literal address in it is judged at once.

    Args:
        private: whether plain http and addresses that are not public are allowed too.

    Raises:
        Forbidden: it is too long, no URL, not https, has a user in it, or names an address that is not public.
    """
    if len(url) > MAX_URL:
        raise Forbidden(f"expected a URL of at most {MAX_URL} characters")
    if not url.isascii() or any(ord(char) <= 0x20 or char == "\\" for char in url):
        raise Forbidden("expected a URL without spaces, backslashes, control or non-ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Forbidden("expected a URL such as https://example.com/path") from None
    if parts.scheme not in (("https", "http") if private else ("https",)) or not host:
        raise Forbidden("expected a URL that begins with https://")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("expected a URL without a user name: put credentials into a header")
    try:
        literal = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        literal = None
    if literal is not None and not private and not is_public(literal):
        raise Forbidden("expected a host with a public address")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80))


def check_all(addresses: list[str], *, private: bool) -> None:
    """Raise :class:`Forbidden` unless each of the addresses that a name resolved to may be called.

    One that may not spoils them all: who answers with both is not to be trusted with either.
    """
    if not private and not all(is_public(ipaddress.ip_address(text.partition("%")[0])) for text in addresses):
        raise Forbidden("the host has an address that is not public")


def is_public(address: _Address) -> bool:
    """Whether ``address`` belongs to the public internet, also when one family is wrapped in the other."""
    inner = _unwrapped(address)
    if inner is not address:
        return is_public(inner)
    if any(address in network for network in _REFUSED) or (address.version == 6 and address not in _UNICAST):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _unwrapped(address: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 address carries, else ``address`` itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
