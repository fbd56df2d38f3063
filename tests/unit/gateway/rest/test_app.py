"""The documentation is complete, and nothing that can be sent breaks anything."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
from hypothesis import strategies as st

from natter_gateway.agents.models import AgentCreate
from natter_gateway.rest.webhooks import SubscriptionCreate
from tests.support.gateway_rest import Desk, desk, wrong


@pytest.fixture
async def schema() -> dict[str, Any]:
    async with desk() as at:
        found: dict[str, Any] = (await at.anna.get("/openapi.json")).json()
        return found


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in schema["paths"].items()
        if path.startswith("/v1/")
        for method, operation in methods.items()
    ]


async def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    found = operations(schema)
    assert len(found) == 19
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    for method, path, operation in found:
        where = f"{method} {path}"
        assert operation["description"], where
        assert operation["tags"], where
        assert operation["security"] == [{"API key": []}], where
        for status in ("401", "422", "503"):
            content = operation["responses"][status]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Error"}, where
        if "{" in path:
            assert "404" in operation["responses"], where
        done = next(response for status, response in operation["responses"].items() if status.startswith("2"))
        assert "content" in done or "204" in operation["responses"], where


async def test_every_model_says_what_it_is(schema: dict[str, Any]) -> None:
    ours = {
        name: model
        for name, model in schema["components"]["schemas"].items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    assert len(ours) > 30
    assert [name for name, model in ours.items() if not model.get("description")] == []


async def test_the_examples_are_valid() -> None:
    for model in (AgentCreate, SubscriptionCreate):
        for example in model.model_json_schema()["examples"]:
            model.model_validate(example)
    async with desk() as at:
        schema = (await at.anna.get("/openapi.json")).json()
        for method, path, operation in operations(schema):
            if method == "post" and "requestBody" in operation:
                name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                for example in schema["components"]["schemas"][name]["examples"]:
                    answer = await at.anna.post(path, json=example)
                    assert answer.status_code in (200, 201), answer.text


async def test_the_page_of_the_routes_loads_nothing_from_elsewhere() -> None:
    async with desk() as at:
        page = await at.anna.get("/docs")
        assert "text/html" in page.headers["content-type"]
        loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
        assert len(loaded) >= 3
        for url in loaded:
            assert url.startswith("/")
            assert (await at.anna.get(url)).status_code == 200


# -- whatever is sent ---------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TEXT = st.text(max_size=40).filter(lambda text: "/" not in text and text not in ("", ".", ".."))


@st.composite
def mutated(draw: st.DrawFn, example: Any) -> Any:
    """An example with a part of it replaced, removed or added to."""
    if not isinstance(example, dict | list) or draw(st.integers(0, 4)) == 0:
        return draw(JSON)
    copy = json.loads(json.dumps(example))
    keys = list(copy) if isinstance(copy, dict) else list(range(len(copy)))
    if not keys:
        return draw(JSON)
    key = draw(st.sampled_from(keys))
    kind = draw(st.sampled_from(("change", "change", "change", "remove", "add")))
    if kind == "remove":
        copy.pop(key)
    elif kind == "add" and isinstance(copy, dict):
        copy[draw(st.text(max_size=10))] = draw(JSON)
    else:
        copy[key] = draw(mutated(copy[key]))
    return copy


async def test_whatever_is_sent_the_answer_is_an_answer() -> None:
    """Like schemathesis, in small: no 500, every error in its shape, for each operation with half-right requests."""
    async with desk() as at:
        schema = (await at.anna.get("/openapi.json")).json()
        made = await at.agent(tools=[{"name": "stock"}])
        for method, path, operation in operations(schema):
            if path != "/v1/voices":
                await attack(at, method, path, operation, schema, made["id"])


async def attack(
    at: Desk, method: str, path: str, operation: dict[str, Any], schema: dict[str, Any], agent: str
) -> None:
    examples: list[Any] = [{}]
    if "requestBody" in operation:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        examples = schema["components"]["schemas"][name].get("examples", examples)
    requests: list[tuple[str, dict[str, str], Any]] = []

    @hypothesis.settings(max_examples=25, database=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.seed(7)
    @hypothesis.given(data=st.data())
    def gather(data: st.DataObject) -> None:
        url = path
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                value = agent if parameter["name"] == "agent_id" else quote(data.draw(TEXT))
                url = url.replace("{" + parameter["name"] + "}", value)
        query = {
            p["name"]: data.draw(TEXT)
            for p in operation.get("parameters", [])
            if p["in"] == "query" and data.draw(st.booleans())
        }
        requests.append((url, query, data.draw(mutated(data.draw(st.sampled_from(examples))))))

    gather()
    for url, query, body in requests:
        sent = {"json": body} if "requestBody" in operation else {}
        answer = await at.anna.request(method.upper(), url, params=query, **sent)
        assert answer.status_code < 500, (method, url, query, body, answer.text)
        if answer.status_code >= 400:
            wrong(answer, answer.status_code)
