"""Every stage's routes and tables, in the order of the loop."""

import importlib

from fastapi import APIRouter

# What people wait for all day is looked for first, then the stages in order.
ROUTES = (
    "labeling.routes_direct",
    "accounts.routes",
    "projects.routes",
    "projects.routes_people",
    "guidelines.routes",
    "intake.routes",
    "intake.routes_images",
    "labeling.routes",
    "labeling.routes_mine",
    "labeling.routes_queue",
    "labeling.routes_imports",
    "labeling.routes_export",
    "feedback.routes",
    "feedback.routes_imports",
    "quality.routes",
    "quality.routes_agreement",
    "quality.routes_items",
    "quality.routes_exits",
    "discussion.routes_live",
    "discussion.routes_export",
    "discussion.routes",
    "adjudication.routes",
    "adjudication.routes_studies",
    "gold.routes",
    "gold.routes_sessions",
    "coaching.routes",
    "datasets.routes",
    "models.routes",
    "training.routes",
    "evaluation.routes",
    "release.routes",
    "serving.routes",
    "monitoring.routes",
    "loop.routes",
    "webhooks.routes",
)
TABLES = (
    "infra.events",
    "infra.durable_lease",
    "accounts.tables",
    "projects.tables",
    "guidelines.tables",
    "models.tables",
    "intake.tables",
    "sampling.tables",
    "labeling.tables",
    "feedback.tables",
    "quality.tables",
    "discussion.tables",
    "adjudication.tables",
    "gold.tables",
    "coaching.tables",
    "datasets.tables",
    "training.tables",
    "evaluation.tables",
    "release.tables",
    "serving.tables",
    "loop.tables",
    "webhooks.tables",
)


def load_tables() -> None:
    """Make every stage's tables known to the one MetaData."""
    for name in TABLES:
        importlib.import_module(f"loopwright.{name}")


def routers() -> list[APIRouter]:
    """Return every stage's router."""
    return [importlib.import_module(f"loopwright.{name}").router for name in ROUTES]
