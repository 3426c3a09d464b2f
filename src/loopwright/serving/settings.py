"""Settings of the gateway process, from LOOPWRIGHT_GATEWAY_* variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """Where the gateway listens, how long it waits, how much it holds."""

    model_config = SettingsConfigDict(env_prefix="LOOPWRIGHT_GATEWAY_", extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".loopwright")
    host: str = "127.0.0.1"
    port: int = 8322

    connect_seconds: float = 2.0
    first_token_seconds: float = 30.0
    chunk_seconds: float = 30.0
    """Longest silence within a stream."""
    total_seconds: float = 120.0
    in_flight_per_version: int = 256
    """A slow version holds at most this many requests; the others go on."""
    body_bytes: int = 4 * 1024**2

    refresh_seconds: float = 0.25
    guard_threshold: float = 1e4
    """A candidate that fails exactly as often as allowed is dropped at most once in this many
    requests, in the long run."""

    shadow_waiting: int = 64
    shadow_workers: int = 2

    capture_waiting: int = 4000
    segment_bytes: int = 4 * 1024**2
    segment_seconds: float = 2.0
    spool_bytes: int = 1024**3
    """Beyond this the capture drops and says so; answers go on."""

    @property
    def routing(self) -> Path:
        """Return the folder of routing snapshots."""
        return self.home / "routing"

    @property
    def guard(self) -> Path:
        """Return the folder of guard verdicts."""
        return self.home / "routing" / "guard"

    @property
    def spool(self) -> Path:
        """Return the folder of captured segments."""
        return self.home / "spool"
