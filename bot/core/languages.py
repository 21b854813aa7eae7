"""Texts that hold several languages at once, as SuperOffice's lists may: ``US:"Supplier";NO:"Leverandør"``.

Without a language header, which SOAP does not have, such texts may arrive as they are stored.
Source: docs.superoffice.com, "Languages" (HTTP headers) and the table of legacy language codes.
"""

import re

__all__ = ["every_language", "in_language"]

#: SuperOffice's codes by language; Slack's Norwegian is ``nb`` or ``nn``.
_CODES = {
    **dict.fromkeys(("no", "nb", "nn"), "NO"),
    "en": "US",
    "cs": "CZ",
    "da": "DA",
    "de": "GE",
    "es": "SP",
    "fi": "FI",
    "fr": "FR",
    "it": "IT",
    "ja": "JP",
    "nl": "NL",
    "pl": "PL",
    "ru": "RU",
    "sv": "SW",
    "zh": "CN",
}
_PART = re.compile(r'\s*([A-Z]{2}):"([^"]*)"\s*(?:;|$)')


def in_language(text: str, locale: str) -> str:
    """The part of ``text`` for a Slack locale such as ``nb-NO``; else the English one, else the first.

    A text that does not hold languages stays as it is.
    """
    parts = _parts(text)
    if not parts:
        return text
    code = _CODES.get(re.split("[-_]", locale)[0].lower(), "US")
    return parts.get(code) or parts.get("US") or next((part for part in parts.values() if part), "")


def every_language(text: str) -> tuple[str, ...]:
    """What ``text`` says in each of its languages, or ``text`` itself."""
    return tuple(_parts(text).values()) or (text,)


def _parts(text: str) -> dict[str, str]:
    """The texts by code; none unless all of ``text`` is of that form."""
    if ':"' not in text:
        return {}
    parts, end = {}, 0
    for match in _PART.finditer(text):
        if match.start() != end:
            return {}
        parts[match[1]] = match[2].strip()
        end = match.end()
    return parts if end == len(text) else {}
