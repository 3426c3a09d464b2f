"""Settings of one installation, from LOOPWRIGHT_* variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the home folder is, which database, which ports."""

    model_config = SettingsConfigDict(env_prefix="LOOPWRIGHT_", extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".loopwright")
    database_url: str | None = None
    """PostgreSQL URL; without one the state lives in SQLite inside the home folder."""
    host: str = "127.0.0.1"
    port: int = 8321
    gateway_port: int = 8322
    model_port: int = 8323
    max_upload_bytes: int = 2 * 1024**3
    """Most that one import takes, its files together."""
    max_image_bytes: int = 20 * 1024**2
    """Most that one image takes as a file."""
    max_image_pixels: int = 25_000_000
    """Most pixels of an image; decoded it takes four bytes each, twice for a moment."""
    max_request_bytes: int = 64 * 1024**2
    """Most that any other request takes."""
    webhooks_allow_loopback: bool = False
    """Whether webhooks may lead to this machine, without TLS: for development alone."""
    training_threads: int = 1
    """Torch threads of a training step; more is slower on a busy machine."""
    cycle_poll_seconds: float = 0.5
    signin_link_seconds: float = 900.0
    invitation_seconds: float = 7 * 86400.0
    session_seconds: float = 14 * 86400.0
    signin_burst: int = 30
    """Sign-ins, and new links, that one caller may try at once."""
    signin_per_minute: float = 30.0
    thread_burst: int = 60
    """Messages and stances that one person may send at once, in all threads of a project."""
    thread_per_minute: float = 60.0

    @property
    def url(self) -> str:
        """Return the database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'loopwright.db'}"

    @property
    def base_url(self) -> str:
        """Return the address at which browsers and the command line reach the server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
