"""Which URLs of users may be called."""

from __future__ import annotations

import ipaddress

import pytest

from natter_runtime.addresses import Forbidden, Target, check_all, is_public, target


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/x?y=1", Target("https", "example.com", 443)),
        ("https://EXAMPLE.com.:8443", Target("https", "example.com", 8443)),
        ("https://93.184.216.34/", Target("https", "93.184.216.34", 443)),
        ("https://[2606:2800:220:1::1]/", Target("https", "2606:2800:220:1::1", 443)),
    ],
)
def test_https_to_a_public_host_is_allowed(url: str, expected: Target) -> None:
    assert target(url, private=False) == expected


def test_an_origin_is_the_same_however_it_is_written() -> None:
    assert (
        target("https://Example.com:443/a", private=False).origin == target("https://example.com", private=False).origin
    )
    assert (
        target("https://example.com:444", private=False).origin != target("https://example.com", private=False).origin
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com",
        "example.com",
        "",
        "https://",
        "https:///path",
        "https://user:password@example.com/",
        "https://example.com@127.0.0.1/",
        "https://127.0.0.1\\@example.com/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: other",
        "https://exämple.com/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://[::1",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::ffff:169.254.169.254]/",
        f"https://example.com/{'x' * 2048}",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    with pytest.raises(Forbidden):
        target(url, private=False)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://tools.local/x", "https://10.0.0.1/", "http://[::1]:80/"]
)
def test_private_hosts_are_allowed_where_the_operator_says_so(url: str) -> None:
    assert target(url, private=True).host
    with pytest.raises(Forbidden):
        target(url, private=False)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http://a b/"])
def test_nonsense_is_never_allowed(url: str) -> None:
    with pytest.raises(Forbidden):
        target(url, private=True)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",  # carrier-grade NAT; 100.100.100.200 is a metadata service
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",  # Azure's host
        "169.254.169.254",  # the metadata service of most clouds
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",  # Oracle's metadata
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",  # IPv4-compatible 127.0.0.1
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001:db8::1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::1",
        "fc00::1",
        "fd00:ec2::254",  # AWS's metadata on IPv6
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(Forbidden):
        check_all(["93.184.216.34", address], private=False)
    check_all([address], private=True)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "172.32.0.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    check_all([address], private=False)
