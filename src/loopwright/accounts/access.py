"""The one access check of the product."""

from loopwright.accounts.model import EVERYWHERE, Actor, Permission, Role
from loopwright.base.errors import Forbidden

__all__ = ["Permission", "allowed", "require", "require_grant", "role_in", "roles_with", "visible"]

_P = Permission
_RESULTS = {_P.PROJECT_READ, _P.RESULTS_READ}
_RECORDS = _RESULTS | {_P.RECORDS_READ}
_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.LEAD: frozenset(
        _RECORDS
        | {_P.PROJECT_WRITE, _P.ITEMS_WRITE, _P.FEEDBACK_WRITE}
        | {_P.JUDGE, _P.PEOPLE_MANAGE, _P.CYCLE_RUN}
    ),
    Role.ENGINEER: frozenset(
        _RECORDS
        | {_P.PROJECT_WRITE, _P.ITEMS_WRITE, _P.FEEDBACK_WRITE}
        | {_P.CYCLE_RUN, _P.RELEASE_CONTROL}
    ),
    Role.SPECIALIST: frozenset(_RESULTS | {_P.JUDGE}),
    Role.ANNOTATOR: frozenset({_P.PROJECT_READ, _P.JUDGE}),
    Role.VIEWER: frozenset(_RECORDS),
    Role.APPLICATION: frozenset({_P.FEEDBACK_WRITE}),
}


def role_in(actor: Actor, project_id: str | None) -> Role | None:
    """Return the actor's role in a project; a role held everywhere counts in each."""
    return actor.roles.get(project_id or EVERYWHERE) or actor.roles.get(EVERYWHERE)


def allowed(actor: Actor, permission: Permission, project_id: str | None) -> bool:
    """Return whether the actor holds the permission there (None: for the whole installation)."""
    held = {actor.roles.get(project_id or EVERYWHERE), actor.roles.get(EVERYWHERE)} - {None}
    return any(role is not None and permission in _GRANTS[role] for role in held)


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that allow something."""
    return frozenset(role for role, granted in _GRANTS.items() if permission in granted)


def visible(actor: Actor, project_id: str) -> bool:
    """Return whether the actor may know of the project at all."""
    return allowed(actor, Permission.PROJECT_READ, project_id)


def require(actor: Actor, permission: Permission, project_id: str | None) -> None:
    """Raise Forbidden, naming what is missing, unless the actor holds the permission."""
    if allowed(actor, permission, project_id):
        return
    where = f"project {project_id}" if project_id else "this installation"
    role = role_in(actor, project_id)
    held = f"The role {role.value}" if role else f"{actor.name} has no role that"
    raise Forbidden(
        f"{held} does not allow {permission.value} in {where}.",
        remedy="Ask an owner or lead for a role that does (Settings, People).",
        detail={"permission": permission.value, "project": project_id},
    )


def require_grant(actor: Actor, *, role: Role, project_id: str) -> None:
    """Raise Forbidden when giving `role` would give more than the actor holds."""
    held = role_in(actor, project_id)
    if held is None or not _GRANTS[role] <= _GRANTS[held]:
        raise Forbidden(
            f"Nobody can give the role {role.value} in project {project_id}, or take it away, "
            "without holding all that it allows.",
            remedy="Ask an owner to do it.",
        )
