"""What all sessions of a gateway share."""

from __future__ import annotations

from dataclasses import dataclass

from opentelemetry.trace import Tracer

from natter_gateway.config import GatewayConfig
from natter_gateway.office import Office
from natter_gateway.pacer import Pacer
from natter_gateway.tokens import Mint, mint_for
from natter_gateway.voices import Voices
from natter_runtime.app import Runtime
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import Pulse


@dataclass(frozen=True, slots=True)
class House:
    """See the module."""

    instance: str
    config: GatewayConfig
    bus: Bus
    clock: Clock
    metrics: Metrics
    tracer: Tracer
    pulse: Pulse
    pacer: Pacer
    mint: Mint
    voices: Voices
    office: Office

    @classmethod
    def of(cls, config: GatewayConfig, runtime: Runtime, pulse: Pulse, voices: Voices, office: Office) -> House:
        """Return the house of a gateway."""
        clock = runtime.clock
        return cls(
            runtime.instance,
            config,
            runtime.bus,
            clock,
            runtime.metrics,
            runtime.tracer,
            pulse,
            Pacer(clock),
            mint_for(config, clock),
            voices,
            office,
        )
