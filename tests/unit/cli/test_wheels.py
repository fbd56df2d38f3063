"""Where a wheel is: by pip, with the user's own index."""

from __future__ import annotations

import hashlib

import pytest

from natter_cli.wheels import Wheel, find_wheel, parse_report, platforms
from natter_runtime.errors import EngineError
from tests.support import cli_wheel
from tests.support.cli_http import serving


@pytest.fixture
def own_index(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_pip_says_where_it_is(own_index: pytest.MonkeyPatch) -> None:
    data = cli_wheel.wheel()
    with serving(cli_wheel.index(data)) as site:
        own_index.setenv("PIP_INDEX_URL", f"{site.url}/simple")
        wheel = find_wheel(cli_wheel.NAME, "1.0")
    assert wheel == Wheel(f"{site.url}/files/{cli_wheel.FILENAME}", hashlib.sha256(data).hexdigest())
    assert wheel.filename == cli_wheel.FILENAME


def test_an_index_that_does_not_have_it(own_index: pytest.MonkeyPatch) -> None:
    own_index.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    own_index.setenv("PIP_RETRIES", "0")
    with pytest.raises(EngineError, match=r"pip finds no wheel of natter-test-model 1\.0: No matching distribution"):
        find_wheel(cli_wheel.NAME, "1.0")


def test_the_own_platform_comes_first_and_all_others_follow() -> None:
    linux, mac = platforms("linux", "aarch64"), platforms("darwin", "arm64")
    assert linux[0] == "manylinux_2_34_aarch64"
    assert mac[0] == "macosx_15_0_arm64"
    assert sorted(linux) == sorted(mac)
    assert linux[-1] == "any"
    assert "manylinux_2_34_x86_64" in platforms("plan9", "mips")


@pytest.mark.parametrize("report", [b"", b"{}", b'{"install": []}', b'{"install": [{"download_info": {"url": "x"}}]}'])
def test_a_report_that_is_none(report: bytes) -> None:
    with pytest.raises(EngineError, match="pip's report is not as expected"):
        parse_report(report)
