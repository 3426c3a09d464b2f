"""Steps of cancelled cycles that were left running are cancelled."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say of what a cancelled cycle left behind that it was stopped, and when."""
    op.execute(
        "UPDATE cycle_step SET state = 'cancelled', ended_at = "
        "(SELECT cycle.ended_at FROM cycle WHERE cycle.id = cycle_step.cycle_id) "
        "WHERE state = 'running' AND EXISTS (SELECT 1 FROM cycle "
        "WHERE cycle.id = cycle_step.cycle_id AND cycle.state = 'cancelled')"
    )
