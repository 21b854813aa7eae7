"""Forms: drawn as modals, and read back from what Slack delivers of them."""

from bot.slack.modals.digest import DIGEST, digest_modal, submitted_digest

__all__ = ["DIGEST", "digest_modal", "submitted_digest"]
