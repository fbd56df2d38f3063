"""The signature of a webhook."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from natter_gateway.webhooks.signature import sign, verify

SECRET, BODY, NOW = "a secret of at least thirty-two characters", b'{"event":"session.started"}', 1_795_300_000.7


def test_it_is_made_as_documented() -> None:
    digest = hmac.new(SECRET.encode(), b"1795300000." + BODY, hashlib.sha256).hexdigest()
    assert sign(SECRET, BODY, NOW) == f"t=1795300000,v1={digest}"


def test_a_receiver_can_check_it() -> None:
    signature = sign(SECRET, BODY, NOW)
    assert verify(SECRET, BODY, signature, NOW + 299)
    assert not verify(SECRET, BODY, signature, NOW + 301)
    assert not verify(SECRET, BODY, signature, NOW - 301)
    assert not verify("another secret", BODY, signature, NOW)
    assert not verify(SECRET, BODY + b" ", signature, NOW)


@pytest.mark.parametrize("signature", ["", "t=,v1=", "t=x,v1=y", "v1=abc", "nonsense", "t=1795300000,v1=00"])
def test_nonsense_is_no_signature(signature: str) -> None:
    assert not verify(SECRET, BODY, signature, NOW)
