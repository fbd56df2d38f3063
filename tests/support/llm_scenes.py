"""The answers of a chat server that fit the contract's questions."""

from __future__ import annotations

from tests.support.llm_server import ChatServer, Json, Reply, call, chunk, saying


class Knowing(ChatServer):
    """Answers by what is asked, not in order: requests may come at once."""

    def reply_to(self, request: Json) -> Reply:
        """Return the answer to one request."""
        if request["messages"][-1]["role"] == "tool":
            return saying("It is", " 21 degrees.")
        if request.get("tools"):
            return Reply(
                [
                    chunk(tool_calls=[call(0, "call_1", "get_weather")]),
                    chunk(tool_calls=[call(0, arguments='{"city": ')]),
                    chunk(tool_calls=[call(0, arguments='"Berlin"}')]),
                    chunk(finish="tool_calls"),
                    "[DONE]",
                ]
            )
        return saying("Natter", " is", " a", " platform.")
