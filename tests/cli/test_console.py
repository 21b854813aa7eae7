"""What all commands do alike."""

import pytest

from bot.cli.console import plain_errors


def test_who_has_read_enough_is_no_error_to_be_told_of() -> None:
    """``python -m bot digests list | head``: click knows what a reader that hung up means."""
    with pytest.raises(BrokenPipeError), plain_errors():
        raise BrokenPipeError


def test_what_the_machine_refuses_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, plain_errors():
        raise PermissionError("not yours")
    assert (ended.value.code, capsys.readouterr().err) == (1, "PermissionError: not yours\n")
