"""The guard before the library's HTTP client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

pytest.importorskip("mcp", reason="install natter-llm[mcp]")

import httpx2

from natter_llm.mcp_client import MAX_BYTES, GuardedTransport
from natter_runtime.addresses import Forbidden


def resolving(*addresses: str) -> Callable[[str, int], object]:
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


class Inner(httpx2.AsyncBaseTransport):
    """Notes what it is asked, and answers with what it was given."""

    def __init__(self, response: object) -> None:
        self.asked: list[object] = []
        self._response = response

    async def handle_async_request(self, request: object) -> object:
        self.asked.append(request)
        return self._response


class Endless(httpx2.AsyncByteStream):
    """More than anybody wants."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    async def aclose(self) -> None:
        """There is nothing to close."""


def guarded(inner: Inner, *addresses: str, private: bool = False) -> GuardedTransport:
    transport = GuardedTransport(private=private, resolver=resolving(*addresses))  # type: ignore[arg-type]
    transport._inner = inner
    return transport


REQUEST = httpx2.Request("POST", "https://shop.example.com/mcp", json={})


async def test_the_request_goes_to_the_address_that_was_judged() -> None:
    inner = Inner(httpx2.Response(200, stream=Endless()))
    await guarded(inner, "203.0.114.7").handle_async_request(REQUEST)
    (asked,) = inner.asked
    assert asked.url.host == "203.0.114.7"  # type: ignore[attr-defined]
    assert asked.headers["Host"] == "shop.example.com"  # type: ignore[attr-defined]
    assert asked.extensions["sni_hostname"] == "shop.example.com"  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1"])
async def test_an_address_that_is_not_public_is_not_called(address: str) -> None:
    inner = Inner(httpx2.Response(200, stream=Endless()))
    with pytest.raises(Forbidden):
        await guarded(inner, "203.0.114.7", address).handle_async_request(REQUEST)
    assert inner.asked == []


async def test_an_answer_that_does_not_end_is_broken_off() -> None:
    inner = Inner(httpx2.Response(200, stream=Endless()))
    response = await guarded(inner, "203.0.114.7").handle_async_request(REQUEST)
    with pytest.raises(httpx2.ReadError, match=str(MAX_BYTES)):
        await response.aread()


async def test_a_packed_answer_is_refused() -> None:
    inner = Inner(httpx2.Response(200, headers={"Content-Encoding": "gzip"}, stream=Endless()))
    with pytest.raises(httpx2.RemoteProtocolError):
        await guarded(inner, "203.0.114.7").handle_async_request(REQUEST)
