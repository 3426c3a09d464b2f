"""One installation's home: its settings, its database, its artifacts."""

from dataclasses import dataclass
from pathlib import Path

from loopwright.infra.artifacts import ArtifactStore
from loopwright.infra.database import Database, open_database
from loopwright.infra.settings import Settings


@dataclass(frozen=True)
class Home:
    """What a request, a step or a command works with."""

    settings: Settings
    db: Database
    artifacts: ArtifactStore

    @property
    def path(self) -> Path:
        """Return the home folder."""
        return self.settings.home

    def folder(self, name: str) -> Path:
        """Return a folder below the home, made when it is not there."""
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def close(self) -> None:
        """Release the database."""
        self.db.close()


def make_home_folder(path: Path) -> None:
    """Make the home folder, for its owner alone; one that is there keeps the mode it has."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)


def open_home(settings: Settings) -> Home:
    """Open (and on first use make) the home folder, its database and its artifact store."""
    make_home_folder(settings.home)
    return Home(
        settings=settings,
        db=open_database(settings.url),
        artifacts=ArtifactStore(settings.home / "artifacts"),
    )
