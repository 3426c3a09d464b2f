"""Bringing a home's database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from loopwright.base.errors import Unavailable
from loopwright.infra.database import Database

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def configuration() -> Config:
    """Return Alembic's configuration for the migrations in this package."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(database: Database, *, to: str = "head") -> None:
    """Run the migrations up to `to` that the database has not seen, in one transaction.

    Raises Unavailable when a newer version of the product has written the database.
    """
    config = configuration()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}

    def run(tx: Connection) -> None:
        found = revision(tx)
        if found is not None and found not in known:
            raise Unavailable(
                f"The database is at revision {found}, which this version does not know.",
                remedy="Start the newer version of Loopwright that wrote it.",
            )
        config.attributes["connection"] = tx
        command.upgrade(config, to)

    database.write(run)


def revision(tx: Connection) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
    return found
