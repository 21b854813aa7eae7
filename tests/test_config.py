"""The configuration: from variables and TOML to frozen settings, or to every problem together."""

import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import FrozenInstanceError
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.config import ConfigurationError, Listen, SettingProblem, Settings, TenantConfig, load
from bot.config.definition import Definition
from bot.config.document import example_toml
from bot.config.reading import definitions
from bot.core.secret import Secret

KEY = urlsafe_b64encode(bytes(range(32))).decode()
OTHER_KEY = urlsafe_b64encode(bytes(32)).decode()
ENOUGH: dict[str, str] = {
    "SLACK_BOT_TOKEN": "xoxb-1-token",
    "SLACK_SIGNING_SECRET": "0123456789abcdef",
    "SUPEROFFICE_URL": "https://crm.example.com/remote/Services86/",
    "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
    "BOT_SECRET_KEY": KEY,
}
SETTINGS = {key: made for key, _, made in definitions()}
SECRETS = [key for key, made in SETTINGS.items() if made.secret]

WriteToml = Callable[[str], dict[str, str]]


@pytest.fixture
def toml(tmp_path: Path) -> WriteToml:
    """Write a TOML file and give the variable that names it."""

    def write(text: str) -> dict[str, str]:
        file = tmp_path / "bot.toml"
        file.write_text(text, "utf-8")
        return {"BOT_CONFIG": str(file)}

    return write


def only_tenant(settings: Settings) -> TenantConfig:
    (tenant,) = settings.tenants.values()
    return tenant


def problems(environ: Mapping[str, str]) -> tuple[SettingProblem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(environ)
    return caught.value.problems


def only(environ: Mapping[str, str]) -> SettingProblem:
    (problem,) = problems(environ)
    return problem


# ------------------------------------------------------------------ what is enough, and the defaults


def test_what_is_required_is_enough() -> None:
    settings = load(ENOUGH)
    assert settings.slack.bot_token
    assert settings.slack.bot_token.reveal() == "xoxb-1-token"
    assert settings.slack.command == "/superoffice"
    assert settings.slack.api_url == "https://slack.com/api/"
    assert only_tenant(settings).id == "onsite"
    assert only_tenant(settings).url == "https://crm.example.com/remote/Services86/"
    assert only_tenant(settings).timezone == ZoneInfo("Europe/Oslo")
    assert only_tenant(settings).action_time_zone == "tenant"
    assert only_tenant(settings).application_token.reveal() == ""
    assert only_tenant(settings).web_url is None
    assert settings.web.listen == Listen("127.0.0.1", 3000)
    assert settings.web.public_url == "http://127.0.0.1:3000"
    assert settings.web.trusted_proxies == ()
    assert settings.database == Path("data/bot.db")
    assert settings.linking.email_must_match
    assert settings.linking.lifetime.total_seconds() == 600
    assert settings.commands.seconds == 25
    assert settings.log_level == "INFO"
    assert settings.warnings == ()


@pytest.mark.parametrize("key", ["digests", "keep_alive", "linking", "retention", "commands"])
def test_every_table_of_the_file_is_obeyed(toml: WriteToml, key: str) -> None:
    of = {name.partition(".")[2]: made for name, made in SETTINGS.items() if name.startswith(f"{key}.")}
    of.pop("require_slack_sign_in", None)  # it needs more
    lines = [f"{name} = {value(made.example)}" for name, made in of.items()]
    table = getattr(load(ENOUGH | toml("\n".join([f"[{key}]", *lines]))), key)
    assert table != type(table)(), "not all examples are what is so anyway"
    for name, made in of.items():
        assert getattr(table, name) == made.parse(made.example), name


def value(text: str) -> str:
    """As TOML has it."""
    return text if text in ("true", "false") or text.isdigit() else repr(text)


def test_settings_are_frozen() -> None:
    settings = load(ENOUGH)
    with pytest.raises(FrozenInstanceError):
        settings.log_level = "DEBUG"  # type: ignore[misc]


def test_an_empty_environment_is_told_everything_that_is_missing_at_once() -> None:
    found = problems({})
    assert [problem.setting for problem in found] == [
        "BOT_SECRET_KEY (secret_key)",
        "SUPEROFFICE_TIMEZONE (tenants.onsite.timezone)",
        "SLACK_BOT_TOKEN (slack.bot_token)",
        "SLACK_SIGNING_SECRET (slack.signing_secret)",
        "SUPEROFFICE_URL (tenants.onsite.url)",
    ]
    assert all(problem.what and problem.example for problem in found)


def test_the_message_has_every_problem_with_its_example() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(ENOUGH | {"SUPEROFFICE_TIMEZONE": "Europe/Olso", "BOT_LISTEN": "3000"})
    assert str(caught.value) == (
        "The configuration has 2 problems:\n"
        "  - SUPEROFFICE_TIMEZONE (tenants.onsite.timezone): it must be the IANA name of a time zone"
        " (did you mean Europe/Oslo?). Example: Europe/Oslo\n"
        "  - BOT_LISTEN (web.listen): it must be host:port, with a port from 0 to 65535."
        " Example: 0.0.0.0:3000"
    )


def test_a_blank_variable_is_as_good_as_none() -> None:
    settings = load(ENOUGH | {"SLACK_APP_TOKEN": "  ", "BOT_PUBLIC_URL": "", "BOT_CONFIG": ""})
    assert not settings.slack.socket_mode


def test_white_space_around_a_value_does_not_count() -> None:
    assert load(ENOUGH | {"SLACK_BOT_TOKEN": "xoxb-2\n"}).slack.bot_token == Secret("xoxb-2")


# ------------------------------------------------------------------ the file and the variables


def test_every_setting_can_stand_in_the_file_and_a_variable_wins(toml: WriteToml) -> None:
    settings = load(
        toml(
            f"""
            secret_key = "{OTHER_KEY},{KEY}"
            database = "/srv/bot.db"
            admins = ["U1", "W2"]
            log_level = "debug"
            [slack]
            bot_token = "xoxb-file"
            app_token = "xapp-file"
            [tenants.onsite]
            url = "https://file.example.com/Services88"
            timezone = "Asia/Tokyo"
            action_time_zone = "UTC"
            proxy = "http://proxy.example.com:3128"
            wsdl.contact = "https://crm.example.com/remote/Services86/Contact.svc?singleWsdl"
            [web]
            listen = "[::1]:8080"
            trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]
            [linking]
            email_must_match = false
            lifetime_minutes = 5
            [commands]
            workers = 4
            """
        )
        | {"SUPEROFFICE_TIMEZONE": "Europe/Oslo"}
    )
    assert settings.secret_key.reveal() == f"{OTHER_KEY},{KEY}"
    assert settings.database == Path("/srv/bot.db")
    assert settings.admins == ("U1", "W2")
    assert settings.log_level == "DEBUG"
    assert settings.slack.socket_mode
    assert only_tenant(settings).url == "https://file.example.com/Services88/"
    assert only_tenant(settings).timezone == ZoneInfo("Europe/Oslo")
    assert only_tenant(settings).action_time_zone == "utc"
    assert (
        only_tenant(settings).wsdl.contact
        == "https://crm.example.com/remote/Services86/Contact.svc?singleWsdl"
    )
    assert list(only_tenant(settings).wsdl.by_service) == ["Contact"]
    assert settings.web.public_url == "http://[::1]:8080"
    assert settings.web.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"))
    assert not settings.linking.email_must_match
    assert settings.linking.lifetime_minutes == 5
    assert settings.commands.workers == 4


@pytest.mark.parametrize(
    ("text", "setting", "hint"),
    [
        ("comands.workers = 4", "comands", "Did you mean commands?"),
        ("[slack]\nbot_tokn = 'x'", "slack.bot_tokn", "Did you mean slack.bot_token?"),
        ("[tenants.onsite]\nurll = 'x'", "tenants.onsite.urll", "Did you mean tenants.onsite.url?"),
        ("[tenants.onsite.wsdl]\nperon = 'x'", "tenants.onsite.wsdl.peron", "tenants.onsite.wsdl.person?"),
        ("zzz = 1", "zzz", "there is no such setting."),
        ("warnings = ['x']", "warnings", "there is no such setting."),
        ("slack = 3", "slack", "it must be a table."),
        ("log_level = ['INFO']", "log_level", "it must be one value."),
        ("[database]\npath = 'bot.db'", "BOT_DATABASE (database)", "it must be one value."),
    ],
)
def test_what_the_file_cannot_say(toml: WriteToml, text: str, setting: str, hint: str) -> None:
    problem = only(ENOUGH | toml(text))
    assert problem.setting == setting
    assert hint in problem.what


def test_a_file_that_cannot_be_read_is_one_problem_beside_the_others(toml: WriteToml, tmp_path: Path) -> None:
    missing = {"BOT_CONFIG": str(tmp_path / "none.toml")}
    assert [found.setting for found in problems(missing)][:2] == ["BOT_CONFIG", "BOT_SECRET_KEY (secret_key)"]
    assert "No such file" in only(ENOUGH | missing).what
    assert "is not TOML" in only(ENOUGH | toml("[slack")).what
    (tmp_path / "bot.toml").write_bytes(b"a = '\xff'")
    assert "is not UTF-8" in only(ENOUGH | {"BOT_CONFIG": str(tmp_path / "bot.toml")}).what


def test_a_tenant_of_another_name_stands_in_the_file_alone(toml: WriteToml) -> None:
    file = toml("[tenants.acme]\nurl = 'https://a.example.com/Services86/'\ntimezone = 'UTC'")
    without = {name: value for name, value in ENOUGH.items() if not name.startswith("SUPEROFFICE_")}
    assert only_tenant(load(without | file)).id == "acme"
    assert list(load(ENOUGH | file).tenants) == ["acme", "onsite"], "the variables name one more"


def test_a_tenant_without_variables_is_not_told_of_them(toml: WriteToml) -> None:
    without = {name: value for name, value in ENOUGH.items() if not name.startswith("SUPEROFFICE_")}
    found = problems(without | toml("[tenants.acme]\nurl = 'https://a.example.com/Services86/'"))
    assert [problem.setting for problem in found] == ["tenants.acme.timezone"]


def test_a_tenants_id_is_plain(toml: WriteToml) -> None:
    assert "[tenants.A b]" in [found.setting for found in problems(ENOUGH | toml("[tenants.'A b']"))]


# ------------------------------------------------------------------ each kind of setting


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1"),
        ("SLACK_APP_TOKEN", "xoxb-1"),
        ("SLACK_COMMAND", "superoffice"),
        ("SLACK_COMMAND", "/two words"),
        ("SLACK_COMMAND", "/" + "x" * 32),
        ("SLACK_API_URL", "http://slack.example.com/api/"),
        ("SLACK_CLIENT_ID", "A0123"),
        ("SUPEROFFICE_URL", "https://crm.example.com/remote/"),
        ("SUPEROFFICE_URL", "https://crm.example.com/remote/Services83/"),
        ("SUPEROFFICE_URL", "https://crm.example.com/remote/Services86/Contact.svc"),
        ("SUPEROFFICE_URL", "https://crm.example.com/remote/Services86/?wsdl"),
        ("SUPEROFFICE_URL", "https://user:hunter2@crm.example.com/Services86/"),
        ("SUPEROFFICE_URL", "https://crm.example.com:99999/Services86/"),
        ("SUPEROFFICE_URL", "ftp://crm.example.com/Services86/"),
        ("SUPEROFFICE_URL", "http://crm.example.com/Services86/"),
        ("SUPEROFFICE_URL", "https://crm.example.com\\@evil.example/Services86/"),
        ("SUPEROFFICE_URL", "https://[::1/Services86/"),
        ("SUPEROFFICE_WEB_URL", "crm.example.com"),
        ("SUPEROFFICE_WEB_URL", "http://crm.example.com/SuperOffice"),
        ("SUPEROFFICE_TIMEZONE", "CEST"),
        ("SUPEROFFICE_TIMEZONE", "../../etc/passwd"),
        ("BOT_LISTEN", "localhost"),
        ("BOT_LISTEN", "localhost:65536"),
        ("BOT_LISTEN", "::1:3000"),
        ("BOT_PUBLIC_URL", "http://bot.example.com"),
        ("BOT_PUBLIC_URL", "http://localhost.example.com"),
        ("BOT_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("BOT_DATABASE", "mysql://bot:hunter2@db/bot"),
        ("BOT_DATABASE", "postgresql://bot:hunter2@db"),
        ("BOT_SECRET_KEY", "short"),
        ("BOT_SECRET_KEY", KEY[:-2]),
        ("BOT_SECRET_KEY", f"{KEY},{KEY[:-2]}"),
        ("BOT_SECRET_KEY", KEY.replace("A", "é", 1)),
        ("BOT_SECRET_KEY", f"{KEY},"),
    ],
)
def test_what_is_wrong_is_named_with_an_example_and_never_repeated(name: str, text: str) -> None:
    problem = only(ENOUGH | {name: text})
    assert problem.setting.startswith(f"{name} (")
    assert problem.example
    assert "hunter2" not in str(problem)
    assert text not in problem.what


def test_a_folder_of_zones_is_no_zone() -> None:
    assert only(ENOUGH | {"SUPEROFFICE_TIMEZONE": "Europe"}).setting.startswith("SUPEROFFICE_TIMEZONE")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://crm.example.com/remote/Services84", "https://crm.example.com/remote/Services84/"),
        (
            "https://crm.example.com/SALES/remote/services88/",
            "https://crm.example.com/SALES/remote/services88/",
        ),
        ("http://127.0.0.1:8080/Services86/", "http://127.0.0.1:8080/Services86/"),
        ("http://localhost/Services86/", "http://localhost/Services86/"),
        ("http://[::1]:80/Services86/", "http://[::1]:80/Services86/"),
    ],
)
def test_superoffice_url(text: str, url: str) -> None:
    assert only_tenant(load(ENOUGH | {"SUPEROFFICE_URL": text})).url == url


def test_plain_http_where_it_is_allowed_is_a_warning(toml: WriteToml) -> None:
    allowed = toml("[tenants.onsite]\nallow_http = true\n[web]\nallow_http = true")
    plain = {"SUPEROFFICE_URL": "http://crm/Services86/", "BOT_PUBLIC_URL": "http://bot.lan"}
    settings = load(ENOUGH | plain | allowed)
    assert [warning.split(":")[0] for warning in settings.warnings] == [
        "SUPEROFFICE_URL (tenants.onsite.url)",
        "BOT_PUBLIC_URL (web.public_url)",
    ]


def test_a_proxy_for_everybody_is_a_warning() -> None:
    (warning,) = load(ENOUGH | {"BOT_TRUSTED_PROXIES": "0.0.0.0/0"}).warnings
    assert "X-Forwarded-For" in warning


def test_files_must_be_there(toml: WriteToml, tmp_path: Path) -> None:
    there = tmp_path / "ca.pem"
    there.touch()
    text = f"[tenants.onsite]\nca_bundle = '{there}'\nwsdl.mdo = '{tmp_path}/none.wsdl'\nwsdl.person = 'http://crm/p'"
    found = problems(ENOUGH | toml(text))
    assert [problem.setting for problem in found] == ["tenants.onsite.wsdl.mdo", "tenants.onsite.wsdl.person"]


def test_the_keys_may_be_several() -> None:
    assert (
        load(ENOUGH | {"BOT_SECRET_KEY": f"{OTHER_KEY}, {KEY}"}).secret_key.reveal() == f"{OTHER_KEY},{KEY}"
    )


def test_port_means_every_interface_unless_listen_says_otherwise(toml: WriteToml) -> None:
    public = {"BOT_PUBLIC_URL": "https://bot.example.com/"}
    file = toml("[web]\nlisten = '127.0.0.1:9'")
    assert load(ENOUGH | public | file | {"PORT": "8080"}).web.listen == Listen("0.0.0.0", 8080)
    both = ENOUGH | {"PORT": "8080", "BOT_LISTEN": "127.0.0.1:3001"}
    assert load(both).web.public_url == "http://127.0.0.1:3001"
    assert only(ENOUGH | {"PORT": "web"}).setting == "PORT (web.listen)"


def test_beyond_this_machine_the_public_url_is_needed() -> None:
    assert only(ENOUGH | {"PORT": "8080"}).setting == "BOT_PUBLIC_URL (web.public_url)"


def test_socket_mode_needs_no_signing_secret() -> None:
    without = {name: value for name, value in ENOUGH.items() if name != "SLACK_SIGNING_SECRET"}
    assert load(without | {"SLACK_APP_TOKEN": "xapp-1"}).slack.socket_mode
    assert only(without).setting == "SLACK_SIGNING_SECRET (slack.signing_secret)"
    assert only(without | {"SLACK_APP_TOKEN": "nonsense"}).setting == "SLACK_APP_TOKEN (slack.app_token)"


# ------------------------------------------------------------------ several workspaces and tenants


MANY = {name: value for name, value in ENOUGH.items() if name != "SLACK_BOT_TOKEN"} | {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
}
TENANTS = """
[tenants.oslo]
url = "https://oslo.example.com/Services86/"
timezone = "Europe/Oslo"
wsdl.contact = "https://oslo.example.com/Contact.svc?wsdl"
[tenants.online]
tenant = "Cust12345"
client_id = "c"
application_token = "s"
timezone = "Europe/London"
"""


def test_many_workspaces_and_tenants(toml: WriteToml) -> None:
    without = {name: value for name, value in MANY.items() if not name.startswith("SUPEROFFICE_")}
    workspaces = "T1 = { tenants = ['oslo'], admins = ['U1'] }\nE1 = {}\nT2 = { tenants = [] }"
    settings = load(without | toml(f"{TENANTS}[workspaces]\n{workspaces}"))
    assert settings.slack.client
    assert settings.slack.bot_token is None
    assert {id_: bool(tenant.tenant) for id_, tenant in settings.tenants.items()} == {
        "oslo": False,
        "online": True,
    }
    assert list(settings.tenants["oslo"].wsdl.by_service) == ["Contact"]
    assert settings.tenants["online"].wsdl.by_service == {}
    assert {id_: each.tenants for id_, each in settings.workspaces.items()} == {
        "T1": ("oslo",),
        "E1": None,
        "T2": (),
    }
    assert settings.workspaces["T1"].admins == ("U1",)
    assert settings.warnings == ()


def test_a_bot_that_everybody_may_install_is_a_warning() -> None:
    (warning,) = load(MANY).warnings
    assert "every workspace" in warning


def test_admins_of_no_workspace_are_a_warning(toml: WriteToml) -> None:
    (warning,) = load(MANY | toml("admins = ['U1']\n[workspaces.T1]")).warnings
    assert "[workspaces.T…].admins" in warning


@pytest.mark.parametrize(
    ("environ", "text", "setting", "hint"),
    [
        (ENOUGH, "[workspaces.acme]", "[workspaces.acme]", "begins with T"),
        (ENOUGH, "[workspaces.T1]\ntenants = ['onsit']", "workspaces.T1.tenants", "did you mean onsite?"),
        (ENOUGH, "[workspaces.T1]\ntenants = ['zzz']", "workspaces.T1.tenants", "there is onsite."),
        (ENOUGH, "[workspaces.T1]\nadmins = ['kianna']", "workspaces.T1.admins", "a Slack user id"),
        (
            ENOUGH,
            "[linking]\nrequire_slack_sign_in = true",
            "linking.require_slack_sign_in",
            "SLACK_CLIENT_ID",
        ),
        (ENOUGH, "[slack]\nclient_id = '1.2'", "SLACK_CLIENT_SECRET (slack.client_secret)", "go together"),
    ],
)
def test_what_workspaces_cannot_be(
    toml: WriteToml, environ: dict[str, str], text: str, setting: str, hint: str
) -> None:
    problem = only(environ | toml(text))
    assert problem.setting == setting
    assert hint in problem.what


ONLINE = {name: value for name, value in ENOUGH.items() if name != "SUPEROFFICE_URL"} | {
    "SUPEROFFICE_TENANT": "Cust12345",
    "SUPEROFFICE_ENVIRONMENT": "sod",
    "SUPEROFFICE_CLIENT_ID": "client",
    "SUPEROFFICE_APP_TOKEN": "secret",
}


def test_an_online_tenant() -> None:
    tenant = only_tenant(load(ONLINE))
    assert (tenant.url, tenant.tenant, tenant.services) == (None, "Cust12345", "Services86")
    assert tenant.environment == "https://sod.superoffice.com"
    assert (
        only_tenant(load(ONLINE | {"SUPEROFFICE_ENVIRONMENT": ""})).environment
        == "https://online.superoffice.com"
    )


@pytest.mark.parametrize(
    ("variables", "setting"),
    [
        ({"SUPEROFFICE_URL": "https://crm.example.com/Services86/"}, "tenant"),
        ({"SUPEROFFICE_CLIENT_ID": ""}, "client_id"),
        ({"SUPEROFFICE_APP_TOKEN": ""}, "application_token"),
        ({"SUPEROFFICE_SERVICES": "Services85"}, "services"),
        ({"SUPEROFFICE_ENVIRONMENT": "http://superoffice.example.com"}, "environment"),
    ],
)
def test_what_an_online_tenant_needs(variables: dict[str, str], setting: str) -> None:
    (problem,) = problems(ONLINE | variables)
    assert problem.setting.endswith(f"(tenants.onsite.{setting})")


def test_a_slip_of_the_pen_in_a_variable_is_a_warning() -> None:
    (warning,) = load(
        ENOUGH | {"SUPEROFFICE_WEBURL": "https://x.example", "SUPEROFFICE_WSDL_DIR": "x"}
    ).warnings
    assert "did you mean SUPEROFFICE_WEB_URL?" in warning


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = " + "[" * 100_000, id="nested without end"),
        pytest.param("a = " + "{b = " * 10_000, id="tables within tables"),
        pytest.param("a." * 2_000 + "b = 1", id="a long key"),
        pytest.param("a = 1" + "0" * 100_000, id="a long number"),
        pytest.param('[slack]\ncommand = "\\uD800"', id="half a surrogate pair"),
        pytest.param("\x00", id="a control character"),
        pytest.param('[tenants]\n"../../etc" = 1', id="a path for a name"),
        pytest.param("[[slack]]\n[[slack]]", id="a list for a table"),
    ],
)
def test_a_hostile_file_is_a_problem_like_another(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bot.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError):
        load(ENOUGH | {"BOT_CONFIG": str(file)})


# ------------------------------------------------------------------ secrets


@pytest.mark.parametrize("key", SECRETS)
def test_no_secret_shows(key: str) -> None:
    made = SETTINGS[key]
    assert made.variable
    value = (
        KEY if key == "secret_key" else {"slack.bot_token": "xoxb-", "slack.app_token": "xapp-"}.get(key, "")
    )
    value = value or "s3cr3t-value" if value.endswith("=") else value + "s3cr3t-value"
    settings = load(ENOUGH | {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", made.variable: value})
    assert value not in f"{settings!r} {settings} {settings.warnings}"
    with pytest.raises(ConfigurationError) as caught:
        load(ENOUGH | {made.variable: "s3cr3t of some other form"})
    assert "s3cr3t" not in f"{caught.value!r} {caught.value}"


@given(
    st.dictionaries(
        st.sampled_from(sorted(v.variable for v in SETTINGS.values() if v.variable)), st.text(max_size=60)
    )
)
@example({"BOT_DATABASE": "~0"})
def test_whatever_is_set_is_settings_or_problems(environ: dict[str, str]) -> None:
    with suppress(ConfigurationError):
        assert isinstance(load(ENOUGH | environ), Settings)


# ------------------------------------------------------------------ one source


@pytest.mark.parametrize(("key", "made"), SETTINGS.items(), ids=list(SETTINGS))
def test_every_default_and_example_is_a_value(key: str, made: Definition) -> None:
    made.absent()
    if key != "secret_key":
        made.parse(made.example)


def test_the_variables_are_the_contracts() -> None:
    assert {made.variable for made in SETTINGS.values() if made.variable} == {
        "BOT_DATABASE",
        "BOT_LISTEN",
        "BOT_PUBLIC_URL",
        "BOT_SECRET_KEY",
        "BOT_TRUSTED_PROXIES",
        "SLACK_API_URL",
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_COMMAND",
        "SLACK_SIGNING_SECRET",
        "SUPEROFFICE_APP_TOKEN",
        "SUPEROFFICE_CLIENT_ID",
        "SUPEROFFICE_ENVIRONMENT",
        "SUPEROFFICE_SERVICES",
        "SUPEROFFICE_TENANT",
        "SUPEROFFICE_TIMEZONE",
        "SUPEROFFICE_URL",
        "SUPEROFFICE_WEB_URL",
    }


def test_the_example_is_a_configuration_once_the_key_is_made(toml: WriteToml) -> None:
    assert [problem.setting for problem in problems(toml(example_toml()))] == [
        "BOT_SECRET_KEY (secret_key)",
        "SLACK_BOT_TOKEN (slack.bot_token)",
        "SLACK_SIGNING_SECRET (slack.signing_secret)",
        "SUPEROFFICE_URL (tenants.onsite.url)",
    ]
    names = ("BOT_SECRET_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SUPEROFFICE_URL")
    settings = load(toml(example_toml()) | {name: ENOUGH[name] for name in names})
    assert settings.warnings == ()


def test_every_commented_line_of_the_example_is_its_setting(toml: WriteToml) -> None:
    text = "\n".join(
        line.removeprefix("# ") if " = " in line or line.startswith("# [") else line
        for line in example_toml().splitlines()
    )
    parsed = tomllib.loads(text)
    for key in SETTINGS:
        value: object = parsed
        for part in key.replace("tenants.<id>", "tenants.onsite").replace("<id>", "T024BE7LH").split("."):
            assert isinstance(value, dict)
            value = value[part]
        assert value is not None
