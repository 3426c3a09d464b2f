"""Alembic migrations; additive first."""
