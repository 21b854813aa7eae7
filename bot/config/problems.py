"""What is wrong with a configuration, all of it together."""

from dataclasses import dataclass

__all__ = ["ConfigurationError", "SettingProblem"]


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One thing that is wrong. Nothing of it shows a secret."""

    #: The setting, as its variable and its key in the TOML file.
    setting: str
    what: str
    example: str = ""

    def __str__(self) -> str:
        return f"{self.setting}: {self.what}" + (f" Example: {self.example}" if self.example else "")


class ConfigurationError(Exception):
    """The bot cannot start with this configuration; ``problems`` tells everything that is wrong."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        return "\n".join([f"The configuration has {head}:", *(f"  - {problem}" for problem in self.problems)])
