"""The llm service: wiring only."""

from __future__ import annotations

import logging

from natter_llm import tool_servers
from natter_llm.config import LlmConfig
from natter_llm.engines import choose, create
from natter_llm.http_tools import HttpTools
from natter_llm.own_models import OwnModels
from natter_llm.tool_servers import ToolServers
from natter_llm.worker import Attendant
from natter_runtime import app, outside
from natter_runtime.app import Runtime, Service
from natter_runtime.seal import Sealer
from natter_runtime.seat import Hearing

log = logging.getLogger(__name__)


async def serve(config: LlmConfig, runtime: Runtime) -> None:
    """Warm the engine up and serve sessions until the service is stopped.

    Raises:
        UsageError: a setting is missing or wrong.
        EngineError: the engine cannot work at all.
    """
    choice, listed = choose(config), tool_servers.read(config.mcp)
    engine = create(config, runtime.clock)
    sealer = Sealer(config.secret)
    own, client = OwnModels(config, sealer), outside.client(private=config.http_tools_private)
    try:
        await engine.warm_up()
        log.info("engine=%s model=%s because %s", engine.info.name, engine.info.model, choice.reason)
        if choice.engine == "demo":
            log.info("the demo looks answers up in a file; for a language model set NATTER_LLM_MODEL and its key")
        attendant = Attendant(
            engine,
            config,
            runtime.clock,
            runtime.tracer,
            http=HttpTools(sealer, client),
            own=own,
            metrics=runtime.metrics,
            servers=ToolServers(listed, sealer, private=config.http_tools_private),
        )
        await app.serve_sessions(runtime, Hearing(), attendant, engine=engine.info.name, model=engine.info.model)
    finally:
        await own.close()
        await client.aclose()
        await engine.close()


service = Service(name="llm", config=LlmConfig, serve=serve)


def main() -> None:
    """Run the service as a process."""
    app.main(service)
