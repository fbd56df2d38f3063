"""What can go wrong, by whose fault."""

from __future__ import annotations

import inspect

import pytest

from natter_runtime import errors
from natter_runtime.errors import BusError, EngineError, LogError, NatterError, UsageError

DEFINED = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", DEFINED)
def test_the_tree_in_the_docstring_is_the_tree(kind: type[Exception]) -> None:
    assert issubclass(kind, NatterError)
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


def test_whose_fault_it_is_can_be_told_apart() -> None:
    assert not issubclass(EngineError, BusError)
    assert not issubclass(UsageError, BusError)
    assert issubclass(LogError, BusError)


def test_an_engines_failure_may_pass() -> None:
    assert EngineError("busy", retryable=True).retryable
    assert not EngineError("broken").retryable
    assert str(EngineError("broken")) == "broken"
