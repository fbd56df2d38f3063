"""What is kept of an agent, and what a user is shown of it."""

from __future__ import annotations

from natter_gateway.agents.document import stored, view
from natter_gateway.store.agents import AgentRow
from tests.unit.gateway.agents.test_merge import HTTP, created


def test_the_view_has_everything_but_secrets() -> None:
    document = created(
        greeting="Hi!",
        tools=[{"name": "stock", "http": HTTP, "dtmf_collected_arguments": [{"parameter_name": "pin"}]}],
        llm=[{"base_url": "https://llm.example.com/v1", "model": "small", "api_key": "sk-1"}],
        pre_connect_requests=[HTTP],
        transfer_targets=[{"number": "+1555"}],
        caller_id="+1666",
    )
    row = AgentRow("agent_1", "anna", "Bakery", document.model_dump(mode="json"), 1_795_300_000.5, 1_795_300_001.0)
    assert stored(row) == document
    shown = view(row).model_dump(mode="json")
    assert "Bearer" not in str(shown)
    assert "sk-1" not in str(shown)
    assert "sealed" not in str(shown)
    assert shown["llm"] == [{"base_url": "https://llm.example.com/v1", "model": "small"}]
    http = shown["tools"][0]["http"]
    assert http["headers"] == [{"name": "Authorization", "last_set_at": "1970-01-01T00:01:40Z"}]
    assert shown["pre_connect_requests"][0]["timeout_ms"] == 800
    assert shown["tools"][0]["dtmf_collected_arguments"] == [{"parameter_name": "pin"}]
    assert (shown["caller_id"], shown["transfer_targets"]) == ("+1666", [{"number": "+1555"}])
    assert (shown["id"], shown["created_at"]) == ("agent_1", "2026-11-21T22:26:40.500000Z")
