"""A SuperOffice and a Slack to try the bot with, and the rig that tests it.

It stands outside: it speaks both protocols from their documentation alone and imports nothing of the bot,
so that a misreading on one side shows on the other.
"""

__all__: list[str] = []
