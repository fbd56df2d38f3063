"""HTTP to hosts that users name: resolved first, judged, and called at exactly the address that was judged.

A name could answer with a public address when it is checked and with a private one when it is called
(DNS rebinding). Here the check and the connection use one and the same answer: the request goes to the
address, with the name in ``Host`` and in the TLS handshake, so certificates are checked as ever.
Redirects are not followed, environment proxies are not used, and connections are not shared between
names that live at one address.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import httpx

from natter_runtime import addresses
from natter_runtime.addresses import Forbidden

RESOLVE_S: Final = 3.0
MAX_TRIED: Final = 3
"""So many of a host's addresses are tried."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``, in the order of preference.

    Raises:
        httpx.ConnectError: it has none.
        httpx.ConnectTimeout: no answer within 3 s.
    """
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise httpx.ConnectTimeout(f"{host}: not resolved within {RESOLVE_S:g} s") from None
    except (OSError, UnicodeError):
        raise httpx.ConnectError(f"{host}: no such host") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@functools.cache
def certificates() -> ssl.SSLContext:
    """Return the certificates to check others by: reading them takes a quarter of a second, so it is done once."""
    return httpx.create_ssl_context()


class GuardedTransport(httpx.AsyncBaseTransport):
    """Puts the check before an ordinary transport.

    Args:
        private: whether plain http and addresses that are not public are allowed too.
        keepalive: connections to keep; more than 0 only where all requests go to one host.
        resolver, inner: take the place of the network in tests.
    """

    def __init__(
        self,
        *,
        private: bool,
        keepalive: int = 0,
        resolver: Resolve = resolve,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._private = private
        self._resolve = resolver
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=keepalive, keepalive_expiry=60.0)
        self._inner = inner or httpx.AsyncHTTPTransport(verify=certificates(), limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` to an address of its host.

        Raises:
            Forbidden: the URL or an address of its host must not be called.
            httpx.TransportError: as of the inner transport.
        """
        target = addresses.target(str(request.url), private=self._private)
        found = await self._resolve(target.host, target.port)
        addresses.check_all(found, private=self._private)
        failure: httpx.TransportError = httpx.ConnectError(f"{target.host}: no address")
        for address in found[:MAX_TRIED]:
            try:
                return await self._inner.handle_async_request(_pinned(request, target.host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """Return ``request`` aimed at ``address``; its ``Host`` header already names the host.

    A literal address is no name for a TLS handshake, and is checked as an address.
    """
    extensions = dict(request.extensions)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        extensions["sni_hostname"] = host
    url = request.url.copy_with(host=address.partition("%")[0])
    return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: at most as many bytes as were asked for."""

    status: int
    body: bytes
    cut: bool
    """There was more."""

    @property
    def ok(self) -> bool:
        """Whether the other side says that all went well."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8, also a character that was cut, is left out or replaced."""
        text = self.body.decode("utf-8", "replace")
        return text.rstrip("\ufffd") if self.cut else text


async def call(client: httpx.AsyncClient, request: httpx.Request, *, timeout_s: float, max_bytes: int) -> Answer:
    """Send ``request`` and read at most ``max_bytes`` of the answer, all within ``timeout_s``.

    Raises:
        Forbidden: the guarded transport refused.
        httpx.TransportError: no connection, it broke, or the answer is packed although that was not asked for
            (a few bytes could unpack to gigabytes).
        TimeoutError: it took too long.
    """
    async with asyncio.timeout(timeout_s):
        response = await client.send(request, stream=True)
        try:
            if response.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
                raise httpx.RemoteProtocolError("the answer is compressed, which was not asked for")
            body = bytearray()
            async for piece in response.aiter_raw(4096):
                body += piece
                if len(body) > max_bytes:
                    break
        finally:
            await response.aclose()
    return Answer(response.status_code, bytes(body[:max_bytes]), len(body) > max_bytes)


def client(*, private: bool, resolver: Resolve = resolve) -> httpx.AsyncClient:
    """Return a client for URLs of users; deadlines are those of :func:`call`.

    It keeps no cookies: what a host gave to one user must not be shown to it for another.
    """
    made = httpx.AsyncClient(
        transport=GuardedTransport(private=private, resolver=resolver),
        timeout=httpx.Timeout(30.0, connect=5.0),
        follow_redirects=False,
        headers={"User-Agent": "natter/0.1", "Accept-Encoding": "identity"},
    )
    made.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return made


def reason(error: Exception) -> str:
    """Return in a few words why a call failed, without an address in it."""
    if isinstance(error, Forbidden):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return f"the connection broke ({type(error).__name__})"
