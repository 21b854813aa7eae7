"""A SuperOffice and a Slack to try the bot with, and the rig that tests it.

It stands outside: it speaks both protocols from their documentation alone and imports nothing of the bot,
so that a misreading on one side shows on the other. The servers are in ``slack``, ``superoffice`` and
``online``; beside them what plays with them: the page in ``playground``, the prompt, the tour.
"""

__all__: list[str] = []
