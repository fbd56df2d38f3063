"""The one shape of every error, and what becomes of what routes raise."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from natter_gateway.agents.models import Shown
from natter_gateway.agents.problems import Invalid
from natter_gateway.store.database import StoreError
from natter_gateway.store.paging import BadCursor
from natter_runtime.errors import BusError
from natter_runtime.executor import Skipped
from natter_runtime.seal import SecretMissing

log = logging.getLogger(__name__)

VALIDATION: Final = "validation_error"
REQUEST_ID: Final = "natter.request_id"
"""Where the name of a request is in its scope."""
UNAUTHORIZED: Final = "unauthorized"
_WORDS: Final = {
    400: "Bad request",
    401: "Unauthorized",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Content too large",
    416: "Range not satisfiable",
    422: "Validation error",
    501: "Secrets unavailable",
    503: "Unavailable",
}
"""What each status is called here; those of the standard library differ between versions of Python."""


class ErrorDetail(Shown):
    """One thing that is wrong with a request."""

    param: Annotated[str | None, Field(examples=["tools[0].http.url"])]
    message: str


class Error(Shown):
    """Every error. ``param`` and ``message`` are those of the first of ``errors``, if there are any."""

    code: Annotated[str, Field(examples=[VALIDATION])]
    """A word that a program can act on."""
    message: str
    param: str | None = None
    request_id: Annotated[str, Field(examples=["req_5d0e4c9b0f8a4c55"])]
    """Also in the header ``X-Request-Id``."""
    errors: list[ErrorDetail] = []
    detail: Any = None
    """The same once more, as clients of the hosted API may expect it: a text, or a list of what is wrong."""


class ApiError(Exception):
    """What a route cannot do, and why."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param


def not_found(what: str) -> ApiError:
    """Return the error for something that is not there, or somebody else's."""
    return ApiError(404, f"{what}_not_found", f"{what.replace('_', ' ').capitalize()} not found")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a route for its documentation: those given, and those that every route has."""
    always = (401, 422, 503)
    return {status: {"model": Error, "description": _WORDS[status]} for status in sorted({*always, *statuses})}


def install(app: FastAPI) -> None:
    """Have every error of ``app`` answered in the one shape."""

    @app.exception_handler(ApiError)
    async def on_api_error(request: Request, error: ApiError) -> JSONResponse:
        return answer(request, error.status, error.code, str(error), error.param)

    @app.exception_handler(RequestValidationError)
    async def on_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [_without_values(problem) for problem in error.errors()]
        errors = [ErrorDetail(param=_param(problem["loc"]), message=problem["msg"]) for problem in found]
        return answer(request, 422, VALIDATION, "The request is not valid", errors=errors, detail=found)

    @app.exception_handler(Invalid)
    async def on_invalid(request: Request, error: Invalid) -> JSONResponse:
        errors = [ErrorDetail(param=problem.param, message=problem.message) for problem in error.problems]
        return answer(request, 422, VALIDATION, "The request is not valid", errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = _WORDS.get(error.status_code, f"http {error.status_code}").lower().replace(" ", "_")
        return answer(request, error.status_code, code, str(error.detail), headers=error.headers)

    @app.exception_handler(BadCursor)
    async def on_bad_cursor(request: Request, error: BadCursor) -> JSONResponse:
        problem = ErrorDetail(param="cursor", message="expected the next_cursor of a list, as it was given")
        return answer(request, 422, VALIDATION, "The request is not valid", errors=[problem])

    @app.exception_handler(SecretMissing)
    async def on_no_secret(request: Request, error: SecretMissing) -> JSONResponse:
        return answer(request, 501, "secrets_unavailable", f"{error}: ask the operator of this platform")

    _install_failures(app)


def _install_failures(app: FastAPI) -> None:
    async def on_unavailable(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s: %s", request.method, request.url.path, error)
        message = "The platform cannot do this right now; try again"
        return answer(request, 503, "unavailable", message, headers={"Retry-After": "2"})

    for kind in (StoreError, BusError, Skipped, OSError):
        app.add_exception_handler(kind, on_unavailable)

    @app.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> JSONResponse:
        name = request.scope.get(REQUEST_ID)  # the traceback follows: the server logs what is raised
        log.error("%s %s (%s) failed: %s", request.method, request.url.path, name, type(error).__name__)
        return answer(request, 500, "internal_error", "The platform has a defect; its log says more")


def answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    param: str | None = None,
    *,
    errors: Sequence[ErrorDetail] = (),
    detail: Any = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return an error in the one shape."""
    if errors:
        param = param or errors[0].param
        message = f"{errors[0].param}: {errors[0].message}" if errors[0].param else errors[0].message
    body = Error(
        code=code,
        message=message,
        param=param,
        request_id=str(request.scope.get(REQUEST_ID, "")),
        errors=list(errors),
        detail=jsonable_encoder(detail) if detail is not None else message,
    )
    return JSONResponse(body.model_dump(mode="json"), status, headers=dict(headers or {}))


def _without_values(problem: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent is not sent back: it may be a secret in the wrong place."""
    return {"type": problem["type"], "loc": list(problem["loc"]), "msg": str(problem["msg"])}


def _param(loc: Sequence[int | str]) -> str | None:
    """Return the path of a field, without the part of the request it is in: ``tools[0].name``."""
    path = ""
    for part in loc[1:]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or None
