"""Cases with their reasons and events, decisions, questions handed back, and case studies."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from loopwright.infra.database import JsonText, metadata
from loopwright.infra.events import Sequence64

_OPEN = text("closed_at IS NULL")
_HELD = text("holder IS NOT NULL")

escalation_case = Table(
    "escalation_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("requires", JsonText, nullable=False),
    Column("state", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("deadline", Double, nullable=False),
    Column("holder", Text),
    Column("claimed_until", Double),
    Column("answers_until", Double),
    Column("closed_at", Double),
    Column("version", Integer, nullable=False),
    # Several reasons join one open case.
    Index(
        "ix_escalation_case_open_item",
        "item_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(
        "ix_escalation_case_queue",
        "project_id",
        "deadline",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_escalation_case_holder", "holder", sqlite_where=_HELD, postgresql_where=_HELD),
    Index("ix_escalation_case_closed", "project_id", "closed_at"),
)

case_reason = Table(
    "case_reason",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("detail", JsonText, nullable=False),
    Column("question", Text),
    Column("by", Text),
    Column("at", Double, nullable=False),
    # What was decided once is not escalated again for the same reason.
    UniqueConstraint("item_id", "key", name="uq_case_reason_item_key"),
    Index("ix_case_reason_case", "case_id"),
    Index("ix_case_reason_by", "by"),
)

case_event = Table(
    "case_event",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text),
    Column("detail", JsonText, nullable=False),
    Column("at", Double, nullable=False),
    Index("ix_case_event_case", "case_id", "seq"),
)

blind_decision = Table(
    "blind_decision",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("answer", JsonText, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("votes", JsonText),
    Column("shown_order", Text),
    Column("at", Double, nullable=False),
)

case_decision = Table(
    "case_decision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("answer", JsonText),
    Column("outcome", Text),
    Column("votes", JsonText),
    Column("shown_order", Text),
    Column("changed", Boolean, nullable=False),
    Column("distribution", JsonText),
    Column("rationale", Text, nullable=False),
    Column("lesson", Text),
    Column("criteria", JsonText, nullable=False),
    Column("gold", Boolean, nullable=False),
    Column("settlement_id", Text),
    Column("at", Double, nullable=False),
    # Of two decisions at once, one gets the number.
    UniqueConstraint("case_id", "number", name="uq_case_decision_number"),
    Index("ix_case_decision_project", "project_id", "at"),
)

case_question = Table(
    "case_question",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("people", JsonText, nullable=False),
    Column("at", Double, nullable=False),
    Column("until", Double, nullable=False),
    Index("ix_case_question_case", "case_id"),
)

# Who was asked, so that a person's own questions are found without reading everybody's.
case_question_person = Table(
    "case_question_person",
    metadata,
    Column("question_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Index("ix_case_question_person", "person_id", "project_id"),
)

case_answer = Table(
    "case_answer",
    metadata,
    Column("asked_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Double, nullable=False),
)

# How far the follower has looked; its lease lets one server write at a time.
escalation_mark = Table(
    "escalation_mark",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("rules", Text, nullable=False),
    Column("seq", Sequence64, nullable=False),
    Column("consensus_at", Double, nullable=False),
)

escalation_lease = Table(
    "escalation_lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("lease_until", Double, nullable=False),
)

case_study = Table(
    "case_study",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("decision_id", Text),
    Column("created_at", Double, nullable=False),
    Column("retired_at", Double),
    Index("ix_case_study_project", "project_id", "created_at"),
    Index("ix_case_study_item", "item_id"),
)

case_study_version = Table(
    "case_study_version",
    metadata,
    Column("study_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("criteria", JsonText, nullable=False),
    Column("answer", JsonText, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("votes", JsonText),
    # The order of sides in which the answer was given, and in which everybody sees it.
    Column("shown_order", Text),
    Column("check_asked", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Double, nullable=False),
)

case_study_reading = Table(
    "case_study_reading",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("project_id", Text, nullable=False),
    Column("study_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    # Without an answer it was only read.
    Column("answer", JsonText),
    Column("outcome", Text),
    # Unknown where answers of the kind are not simply right or wrong.
    Column("is_right", Boolean),
    Column("at", Double, nullable=False),
    Index("ix_case_study_reading_person", "person_id", "project_id", "study_id"),
)
