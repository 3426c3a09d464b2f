"""What project.yaml says about threads that disagreement opens."""

from pydantic import Field

from loopwright.projects.recipe import Part


class DiscussionSpec(Part):
    """When people differ on an item, those who judged it are asked to talk."""

    on_disagreement: bool = True
    """Whether split votes open a thread, once all wanted votes are in."""
    most_open: int = Field(default=50, ge=1, le=10_000)
    """So many threads may be open by disagreement at a time: more than people read helps nobody."""
