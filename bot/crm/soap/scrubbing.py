"""What may be logged of a server's own words: technical English, and nothing that could name anybody.

A list of what is allowed, since no list of what is secret is ever complete: a message may quote a company,
a person or a password bare.
"""

import string
from itertools import groupby
from textwrap import shorten

__all__ = ["VOCABULARY", "scrub"]

_LONGEST = 200

#: Lower-case. No word in it is a usual name, or a part of one.
_WORDS = """
a and are at be because been but by can cannot could did do does for from had has have if in is it its
must not of on only or than that the there this to was were when while with without you your

accepted access account active again allowed already application argument array associate authenticate
authenticated authentication authorization authorized bad base broken busy cache call cannot certificate
changed character client closed code column command configuration connect connected connection contact
content conversion corrupt could create created credential credentials crm data database date deadlock
deadlocked default delete deleted denied deserialize device disabled disk does duplicate element empty
endpoint entity error errors exceeded exception exhausted exist exists expected expired expression fail
failed failure fault field file filter forbidden format found full function group handle header host id
identifier identity illegal incorrect index inner input instance insufficient integer internal invalid
item key large length licence license licensed limit limited line list load locked log logged login logon
long lost maintenance maximum memory message method missing module name netserver network null number
object offline open operation out overflow package parameter parse parser password path permission
permissions person pool principal privilege process property provided query range reached read record
reference refused rejected remote request required reset resource response restricted result retry revoked
right rights role row rows schema security sentry sequence server service services session sessions set
size soap sql state status stopped stored string subscription superoffice supported suspended syntax
system table tenant terminated thread ticket tickets time timed timeout token tokens too transaction
transport type unable unauthorized unavailable unexpected unhandled unknown unsupported updated user
username valid validate validated validation value values version violation wrong xml zone
"""
VOCABULARY = frozenset(_WORDS.split())


def scrub(text: str) -> str:
    """One line of the words that are in the vocabulary, any run of others as ``…``; numbers are dropped."""
    tokens = (token.strip(string.punctuation).lower() for token in text[: 4 * _LONGEST].split())
    words = (word if word in VOCABULARY else "…" for word in tokens if any(map(str.isalpha, word)))
    return shorten(" ".join(word for word, _ in groupby(words)), _LONGEST, placeholder=" …")
