"""What a failure is taken for, and what of it may be logged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import CrmError, CrmFailed, CrmRefused, SignInRefused, TicketRefused
from bot.crm.soap.envelope import ExceptionInfo
from bot.crm.soap.failures import failure_of_exception
from bot.crm.soap.scrubbing import VOCABULARY, scrub

SO = "SuperOffice.Exceptions."


def failure(kind: str, message: str, *, signing_in: bool = False) -> CrmError:
    types = tuple(kind.split()) if kind else ()
    return failure_of_exception("onsite", ExceptionInfo(types, message, ""), signing_in=signing_in)


# ---------------------------------------------------------------- with a ticket


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (f"{SO}SoSessionException", ""),
        (f"SoServiceException {SO}SoSessionException", ""),
        ("", "Authentication failed!"),
        (f"{SO}SoException", "Failed to validate tokens: it is older than six hours"),
        (f"{SO}SoException", "The ticket has expired"),
        (f"{SO}SoServiceException", "Session 42 is no longer valid."),
        ("System.Exception", "Invalid security token"),
        ("System.ServiceModel.FaultException", "Credentials are not valid"),
        (f"{SO}SoException", "Please log on again"),
    ],
)
def test_a_ticket_is_refused(kind: str, message: str) -> None:
    assert type(failure(kind, message)) is TicketRefused


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("System.Exception", "Unexpected token in expression"),
        ("System.Exception", "Database session pool is exhausted"),
        ("System.Exception", "The ticket is a company's name. This path is invalid"),
        (f"{SO}SoDbAccessException", "The session of the database has expired"),
        (f"SoServiceException {SO}SoDbAccessException", "Authentication failed!"),
        (f"{SO}SoNotFoundException", "The ticket is not valid"),
        (f"{SO}SoMissingDatabaseContextException", "Invalid session"),
        ("System.Exception", ""),
        ("", ""),
    ],
)
def test_another_failure_leaves_the_ticket_alone(kind: str, message: str) -> None:
    assert type(failure(kind, message)) is CrmFailed


# ---------------------------------------------------------------- at sign-in


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (f"{SO}SoSessionException", ""),
        (f"{SO}SoAuthenticationException", ""),
        (f"{SO}SoException", "It did not work"),
        ("System.Exception", "The user name or password is incorrect"),
        ("System.Exception", "Cannot log on"),
        ("Fault", "Authentication failed!"),
        ("", ""),
    ],
)
def test_a_sign_in_is_refused(kind: str, message: str) -> None:
    assert type(failure(kind, message, signing_in=True)) is SignInRefused


@pytest.mark.parametrize(
    ("kind", "message", "error"),
    [
        (f"{SO}SoDbAccessException", "Login failed for user 'sa'", CrmFailed),
        ("System.Data.SqlClient.SqlException", "Login failed for user 'sa'", CrmFailed),
        ("System.NullReferenceException", "Object reference not set", CrmFailed),
        ("Fault", "The server was unable to process the request", CrmFailed),
        (f"{SO}SoLicenseException", "User has no licence", CrmRefused),
        (f"{SO}SoSentryException", "Access denied to this user", CrmRefused),
        (f"{SO}SoException", "Unknown application token", CrmRefused),
    ],
)
def test_a_fault_of_the_server_is_no_wrong_password(kind: str, message: str, error: type[CrmError]) -> None:
    assert type(failure(kind, message, signing_in=True)) is error


# ---------------------------------------------------------------- the log


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Contact Nordlys Kraft AS (owner Kianna Ledner) was not found; password was hunter2",
            "contact … was not found password was …",
        ),
        ("The ticket has expired.", "the ticket has expired"),
        ("Failed to validate tokens: 7T:abc==", "failed to validate tokens …"),
        ("8A:Cust12345.abc== is invalid", "… is invalid"),
        ("Line 42, column 7", "line column"),
        ('Login failed for user "sam@example.com"', "login failed for user …"),
        ("password=database", "…"),
        ("Åse Ødegård Æ 株式会社 عميل", "…"),
        ("a\x1b[31mticket\u202e", "…"),
        ("", ""),
    ],
)
def test_of_a_message_only_known_words_are_logged(text: str, shown: str) -> None:
    assert scrub(text) == shown


@given(st.text())
def test_nothing_else_is_logged_whatever_it_says(text: str) -> None:
    shown = scrub(text)
    assert set(shown.split()) <= VOCABULARY | {"…"}
    assert len(shown) <= 200


def test_a_long_message_is_cut() -> None:
    assert scrub("database error " * 500).endswith("error …")


def test_what_is_no_type_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    error = failure_of_exception(
        "onsite", ExceptionInfo(("Nordlys Kraft (hunter2)",), "", ""), signing_in=False
    )
    assert error.params["exception_type"] == ""
    assert "Nordlys" not in str([vars(record) for record in caplog.records])
