"""What the bot is deployed by: the container's recipe, its composition, the systemd unit, the Procfile."""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from docs.coverage import ROOT
from tests.e2e.conftest import crm, environment, slack  # noqa: F401 - fixtures

FOLDER = ROOT / "config/deploy"
CONTAINERFILE = (FOLDER / "Containerfile").read_text("utf-8")
#: The instructions in their order, each with what stands behind it.
STEPS = [
    tuple(line.split(maxsplit=1))
    for line in CONTAINERFILE.replace("\\\n", "").splitlines()
    if line and not line.startswith("#")
]
UNIT = (FOLDER / "superoffice-slack.service").read_text("utf-8")
BOT: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))["services"]["bot"]


def of(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def command(instruction: str) -> list[str]:
    """The words of an instruction in its exec form: no shell is needed."""
    (rest,) = of(instruction)
    words = json.loads(rest[rest.index("[") :])
    assert isinstance(words, list)
    return words


def variables() -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(of("ENV")[0]))


def sources() -> list[str]:
    """What is copied from the project's folder."""
    return [rest.split()[0] for rest in of("COPY") if not rest.startswith("--from=")]


# ------------------------------------------------------------------ the container


def test_every_instruction_is_one() -> None:
    known = {
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "CMD",
    }
    assert {name for name, _ in STEPS} <= known
    assert STEPS[0][0] == "FROM"


def test_the_container_is_not_root_and_nothing_is_installed_unpinned() -> None:
    last = [name for name, _ in STEPS][::-1].index("USER")
    assert of("USER") == ["10001"]
    assert not {"RUN", "COPY"} & {name for name, _ in STEPS[len(STEPS) - last :]}, (
        "what follows is not root's"
    )
    installs = [rest for rest in of("RUN") if "pip install" in rest]
    assert installs
    assert all("--require-hashes" in rest for rest in installs)
    assert len({rest.split()[0] for rest in of("FROM")}) == 1, "the same Python builds and runs"
    assert not any("TOKEN" in name or "SECRET" in name for name in variables())


def test_what_is_copied_is_there_and_not_ignored() -> None:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    for source in sources():
        assert (ROOT / source).exists()
        assert any(fnmatch(source.split("/")[0], rule[1:]) for rule in rules if rule.startswith("!")), source


def test_the_composition_takes_away_what_the_bot_does_not_need() -> None:
    assert (BOT["user"], BOT["read_only"], BOT["cap_drop"]) == (of("USER")[0], True, ["ALL"])
    assert "no-new-privileges:true" in BOT["security_opt"]
    assert BOT["volumes"] == [f"data:{of('VOLUME')[0]}"]
    assert variables()["BOT_DATABASE"].startswith(f"{of('VOLUME')[0]}/")
    assert all(port.startswith("127.0.0.1:") for port in BOT["ports"])
    assert int(BOT["stop_grace_period"].removesuffix("s")) > 10
    assert (
        FOLDER / BOT["build"]["context"] / BOT["build"]["dockerfile"]
    ).resolve() == FOLDER / "Containerfile"


async def test_what_the_image_holds_is_enough(slack: Slack, crm: SuperOffice, tmp_path: Path) -> None:  # noqa: F811
    image, data = tmp_path / "image", tmp_path / "data"
    data.mkdir()
    for source in (source for source in sources() if not source.startswith("constraints")):
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        (image / source).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / source, image / source)
    before = {file for file in image.rglob("*") if "__pycache__" not in file.parts}
    made = {name: value for name, value in variables().items() if name.startswith("PYTHON")}
    # No time zones but those of the Python packages; a port that is free.
    made |= environment(crm, slack, data / "bot.db", socket_mode=True) | {"PYTHONTZPATH": ""}
    program, *words = command("CMD")
    assert program == "python"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *words),
        cwd=image,
        env={"PATH": os.environ["PATH"], **made},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    printed = ""
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(r"Listening on http://\S+?:(\d+)", printed)):
                line = await process.stderr.readline()
                assert line, printed
                printed += line.decode()
        assert await health(found[1]) == 0
    finally:
        process.send_signal(getattr(signal, of("STOPSIGNAL")[0]))
        await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert await health(found[1]) != 0, "nobody answers any more"
    assert {file for file in image.rglob("*") if "__pycache__" not in file.parts} == before


async def health(port: str) -> int | None:
    """Ask as the container does whether it is well; 0 if so."""
    _, *words = command("HEALTHCHECK")
    assert variables()["BOT_LISTEN"].endswith(":3000")
    words = [word.replace("127.0.0.1:3000", f"127.0.0.1:{port}") for word in words]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.DEVNULL)
    return await asyncio.wait_for(process.wait(), 60)


# ------------------------------------------------------------------ the proxy in front


def paths() -> set[str]:
    """Every path that the bot answers at."""
    code = "".join(
        file.read_text("utf-8") for file in (ROOT / "bot").rglob("*.py") if "demo" not in file.parts
    )
    routes = set(re.findall(r"Route\(\s*\"(/[^\"{]*)", code))
    return routes | set(re.findall(r"^(?:START|PATH|EVENTS) = \"(/[^\"]*)\"", code, re.MULTILINE))


def test_the_page_says_who_needs_each_path() -> None:
    page = (ROOT / "docs/deploying.md").read_text("utf-8")
    _, table = page.split("| path | who needs it |\n")
    told = tuple(
        path for row in table.split("\n\n")[0].splitlines() for path in re.findall(r"`(/\w+/?)`", row)
    )
    assert len(paths()) >= 8
    assert {path for path in paths() if not path.startswith(told)} == set()
    passed = re.findall(r"@bot path (.*)", page)[0].replace("*", "").split()
    assert passed == [path for path in told if path.endswith("/")], "what outsiders need, and no more"


# ------------------------------------------------------------------ systemd, and the Procfile


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def test_the_unit_confines_the_bot() -> None:
    unit = settings()
    assert unit["User"] != ["root"]
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert unit[name] == ["yes"], name
    assert (unit["ProtectSystem"], unit["CapabilityBoundingSet"]) == (["strict"], [""])
    assert "Environment=BOT_DATABASE=/var/lib/superoffice-slack/bot.db" in UNIT
    assert unit["StateDirectory"] == ["superoffice-slack"]
    assert int(unit["TimeoutStopSec"][0]) > 10
    assert unit["RestartPreventExitStatus"] == ["2"]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("There is no systemd-analyze")
    file = tmp_path / "superoffice-slack.service"
    file.write_text(UNIT.replace("/opt/superoffice-slack/.venv/bin/python", sys.executable), "utf-8")
    done = subprocess.run([analyze, "verify", str(file)], capture_output=True, check=False, text=True)
    said = [line for line in done.stderr.splitlines() if file.name in line]
    assert said == []
    file.write_text(file.read_text("utf-8").replace("ProtectHome=yes", "ProtectHom=yes"), "utf-8")
    done = subprocess.run([analyze, "verify", str(file)], capture_output=True, check=False, text=True)
    assert "ProtectHom" in done.stderr, "else this proves nothing"


def test_the_procfile_starts_the_same() -> None:
    lines = dict(line.split(": ") for line in (ROOT / "Procfile").read_text("utf-8").splitlines())
    whole = " ".join(command("CMD"))
    assert lines == {
        "release": "python -m bot migrate",
        **{role: f"{whole} --role {role}" for role in ("web", "clock", "worker")},
    }
    (start,) = settings()["ExecStart"]
    assert start.endswith(whole)
