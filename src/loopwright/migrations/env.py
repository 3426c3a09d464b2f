"""Alembic's entry point: migrate on the connection that the caller hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, pool

from loopwright.infra.database import JsonText, metadata
from loopwright.web.stages import load_tables

load_tables()


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as the plain types that they are in the database."""
    return "sa.Text()" if kind == "type" and isinstance(item, JsonText) else False


def _migrate(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    engine = create_engine(
        context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool
    )
    with engine.connect() as own:
        _migrate(own)
