"""Errors in Slack's shape."""

__all__ = ["ApiError"]


class ApiError(Exception):
    """``{"ok": false, "error": ...}``."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.body: dict[str, object] = {"ok": False, "error": error, **extra}
