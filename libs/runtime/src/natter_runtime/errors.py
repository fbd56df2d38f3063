"""What can go wrong below a service, by whose fault it is.

::

    NatterError
    ├── UsageError        the operator: a setting is wrong
    ├── EngineError       a model or provider: it failed, or a model is missing
    └── BusError          NATS, or who should have answered on it
        ├── NoResponders      nobody listens on the subject
        ├── RequestTimeout    somebody may listen, but gave no answer in time
        └── LogError          the event log
            ├── LogConflict       somebody else wrote first (expected last sequence)
            └── LogFull           the stream takes no more
"""

from __future__ import annotations


class NatterError(Exception):
    """Base; never raised itself."""


class UsageError(NatterError):
    """A setting is wrong. The message names it and says what was expected."""


class EngineError(NatterError):
    """A model or a provider failed.

    Attributes:
        retryable: whether the same call may succeed later.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class BusError(NatterError):
    """The bus did not do what was asked of it."""


class NoResponders(BusError):
    """Nobody listens on the subject of a request."""


class RequestTimeout(BusError):
    """A request was not answered before its deadline."""


class LogError(BusError):
    """The event log refused or could not be reached."""


class LogConflict(LogError):
    """The subject's last sequence is not the expected one: somebody else wrote first."""


class LogFull(LogError):
    """The stream has reached its limit."""
