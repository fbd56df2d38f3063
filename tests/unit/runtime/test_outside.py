"""Requests to hosts of users: what is refused, and that what was judged is what is called."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from natter_runtime import outside
from natter_runtime.outside import Forbidden, GuardedTransport
from tests.support.http_sink import Reply, Sink, sink


class Noting(httpx.AsyncBaseTransport):
    """Takes the place of the network: notes where a request would go."""

    def __init__(self, down: tuple[str, ...] = ()) -> None:
        self.requests: list[httpx.Request] = []
        self._down = down

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.host in self._down:
            raise httpx.ConnectError("down")
        return httpx.Response(200, text="there")


def names(*addresses: str) -> outside.Resolve:
    async def answer(host: str, port: int) -> list[str]:
        return list(addresses)

    return answer


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "[::ffff:7f00:1]",
        "[::1]",
        "0",
        "127.0.0.1.",
    ],
)
async def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    """With the machine's own resolver, as in earnest."""
    noting = Noting()
    async with httpx.AsyncClient(transport=GuardedTransport(private=False, inner=noting)) as client:
        with pytest.raises((Forbidden, httpx.ConnectError, httpx.InvalidURL)):
            await client.get(f"https://{host}/")
    assert noting.requests == []


@pytest.mark.parametrize("addresses", [("10.0.0.5",), ("93.184.216.34", "169.254.169.254"), ("::ffff:192.168.0.1",)])
async def test_a_name_with_a_private_address_is_refused(addresses: tuple[str, ...]) -> None:
    noting = Noting()
    transport = GuardedTransport(private=False, resolver=names(*addresses), inner=noting)
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(Forbidden, match="not public"):
            await client.get("https://tools.example.com/")
    assert noting.requests == []


async def test_the_address_that_was_judged_is_the_one_that_is_called() -> None:
    noting = Noting()
    transport = GuardedTransport(private=False, resolver=names("93.184.216.34"), inner=noting)
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.post("https://Tools.example.com:8443/a?b=c", content=b"x")
    (request,) = noting.requests
    assert str(request.url) == "https://93.184.216.34:8443/a?b=c"
    assert request.headers["host"] == "tools.example.com:8443"
    assert request.extensions["sni_hostname"] == "tools.example.com"
    assert await request.aread() == b"x"
    assert answer.text == "there"


async def test_a_literal_address_has_no_name_in_the_handshake() -> None:
    noting = Noting()
    transport = GuardedTransport(private=False, resolver=names("2606:4700::1111"), inner=noting)
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("https://[2606:4700::1111]/")
    assert "sni_hostname" not in noting.requests[0].extensions
    assert noting.requests[0].url.host == "2606:4700::1111"


async def test_the_next_address_is_tried_when_one_is_down() -> None:
    noting = Noting(down=("1.1.1.1",))
    transport = GuardedTransport(private=False, resolver=names("1.1.1.1", "8.8.8.8"), inner=noting)
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get("https://example.com/")).text == "there"
    assert [request.url.host for request in noting.requests] == ["1.1.1.1", "8.8.8.8"]


async def test_without_any_address_there_is_no_connection() -> None:
    noting = Noting(down=("1.1.1.1",))
    for found in ((), ("1.1.1.1",)):
        transport = GuardedTransport(private=False, resolver=names(*found), inner=noting)
        async with httpx.AsyncClient(transport=transport) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get("https://example.com/")


async def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(httpx.ConnectError):
        await outside.resolve("nowhere.invalid", 443)


@pytest.fixture
async def there() -> AsyncIterator[Sink]:
    async with sink() as made:
        yield made


async def test_a_real_call_on_loopback_where_that_is_allowed(there: Sink) -> None:
    there.replies = [Reply(201, b'{"ok":true}')]
    async with outside.client(private=True) as client:
        request = client.build_request("POST", f"{there.url}/x", json={"a": 1})
        answer = await outside.call(client, request, timeout_s=5, max_bytes=100)
    assert (answer.status, answer.text, answer.cut, answer.ok) == (201, '{"ok":true}', False, True)
    assert there.received[0].body == b'{"a":1}'
    assert there.received[0].headers["host"] == f"127.0.0.1:{there.port}"


async def test_without_that_it_never_leaves(there: Sink) -> None:
    async with outside.client(private=False) as client:
        with pytest.raises(Forbidden):
            await outside.call(client, client.build_request("GET", there.url), timeout_s=5, max_bytes=100)
    assert there.received == []


async def test_a_redirect_is_an_answer_and_not_a_way(there: Sink) -> None:
    there.replies = [Reply(302, b"", (("Location", "http://169.254.169.254/"),))]
    async with outside.client(private=True) as client:
        answer = await outside.call(client, client.build_request("GET", there.url), timeout_s=5, max_bytes=100)
    assert (answer.status, answer.ok) == (302, False)
    assert len(there.received) == 1


async def test_only_so_much_of_an_answer_is_read(there: Sink) -> None:
    there.replies = [Reply(200, "é".encode() * 100_000)]
    async with outside.client(private=True) as client:
        answer = await outside.call(client, client.build_request("GET", there.url), timeout_s=5, max_bytes=8191)
    assert len(answer.body) == 8191
    assert answer.cut
    assert answer.text == "é" * 4095


async def test_a_packed_answer_is_not_unpacked(there: Sink) -> None:
    there.replies = [Reply(200, gzip.compress(bytes(10_000_000)), (("Content-Encoding", "gzip"),))]
    async with outside.client(private=True) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await outside.call(client, client.build_request("GET", there.url), timeout_s=5, max_bytes=8192)
    assert there.received[0].headers["accept-encoding"] == "identity"


async def test_cookies_are_not_kept(there: Sink) -> None:
    there.replies = [Reply(200, b"", (("Set-Cookie", "who=alice; Path=/"),))]
    async with outside.client(private=True) as client:
        for _ in range(2):
            await outside.call(client, client.build_request("GET", there.url), timeout_s=5, max_bytes=100)
    assert "cookie" not in there.received[1].headers


async def test_a_slow_answer_is_not_waited_for(there: Sink) -> None:
    there.replies = [Reply(wait_s=3.0)]
    async with outside.client(private=True) as client:
        with pytest.raises(TimeoutError):
            await outside.call(client, client.build_request("GET", there.url), timeout_s=0.1, max_bytes=100)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Forbidden("expected https"), "expected https"),
        (TimeoutError(), "no answer in time"),
        (httpx.ReadTimeout("10.0.0.1"), "no answer in time"),
        (httpx.ConnectError("10.0.0.1"), "no connection"),
        (httpx.RemoteProtocolError("x"), "the connection broke (RemoteProtocolError)"),
    ],
)
def test_a_reason_names_no_address(error: Exception, words: str) -> None:
    assert outside.reason(error) == words
