"""What a server answers when it cannot do what was asked."""

from typing import Any


class ApiError(Exception):
    """An error answer: HTTP status (0 when the server was not reached), code, what to do."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "unknown",
        remedy: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.remedy = remedy
        self.detail = detail or {}

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()
