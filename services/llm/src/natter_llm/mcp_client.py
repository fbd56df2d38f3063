"""A connection to one server of the Model Context Protocol (streamable HTTP), by the official library.

The library has an HTTP client of its own (httpx2), so the guard of :mod:`natter_runtime.outside` is put before that one
in the same way: a name is resolved and judged, and the request goes to just the address that was judged.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import AsyncIterator, Mapping
from typing import Final

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from natter_runtime import addresses, outside
from natter_runtime.outside import MAX_TRIED, Resolve, resolve

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one response: the list of a server's tools fits many times."""
CONNECT_S: Final = 5.0
READ_S: Final = 300.0
"""The longest that a tool may be silent; the deadline of the call is kept by whoever makes it."""


class _Bounded(httpx2.AsyncByteStream):
    """A response's body that breaks off where it becomes too long."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for piece in self._inner:
            read += len(piece)
            if read > MAX_BYTES:
                raise httpx2.ReadError(f"the answer is longer than {MAX_BYTES} bytes")
            yield piece

    async def aclose(self) -> None:
        """Close the inner stream."""
        await self._inner.aclose()


class GuardedTransport(httpx2.AsyncBaseTransport):
    """See the module.

    Args:
        private: whether plain http and addresses that are not public are allowed too.
        resolver: takes the place of the network in tests.
    """

    def __init__(self, *, private: bool, resolver: Resolve = resolve) -> None:
        self._private = private
        self._resolve = resolver
        self._inner = httpx2.AsyncHTTPTransport(verify=outside.certificates())

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send ``request`` to an address of its host.

        Raises:
            Forbidden: the URL or an address of its host must not be called.
            httpx2.TransportError: no connection, it broke, or the answer is packed although that was not asked for.
        """
        target = addresses.target(str(request.url), private=self._private)
        found = await self._resolve(target.host, target.port)
        addresses.check_all(found, private=self._private)
        failure: httpx2.TransportError = httpx2.ConnectError(f"{target.host}: no address")
        for address in found[:MAX_TRIED]:
            try:
                return _bounded(await self._inner.handle_async_request(_pinned(request, target.host, address)))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def _bounded(response: httpx2.Response) -> httpx2.Response:
    if response.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise httpx2.RemoteProtocolError("the answer is compressed, which was not asked for")
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    return httpx2.Response(
        response.status_code, headers=response.headers, stream=_Bounded(stream), extensions=response.extensions
    )


def _pinned(request: httpx2.Request, host: str, address: str) -> httpx2.Request:
    """Return ``request`` aimed at ``address``; its ``Host`` header already names the host."""
    extensions = dict(request.extensions)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        extensions["sni_hostname"] = host
    url = request.url.copy_with(host=address.partition("%")[0])
    return httpx2.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


@contextlib.asynccontextmanager
async def connected(url: str, headers: Mapping[str, str], *, private: bool) -> AsyncIterator[Client]:
    """Connect to the server at ``url`` for as long as the block lasts.

    Raises:
        Exception: whatever the library raises, most of it in groups.
    """
    http = httpx2.AsyncClient(
        transport=GuardedTransport(private=private),
        headers={**headers, "User-Agent": "natter/0.1", "Accept-Encoding": "identity"},
        timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
    )
    async with http, Client(streamable_http_client(url, http_client=http)) as client:
        yield client
