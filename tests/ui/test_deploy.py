"""The files in deploy/ and the commands of SERVING.md: the program knows every option, and what they start runs."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from faked_program import command, environment, is_ready, serving
from house import ROOMS, ROOT
from nginx import ABSENT, NGINX, proxy, shipped
from ports import free_port
from typer.testing import CliRunner

from ui.cli import app
from ui.server import ending

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
SYSTEMD = shutil.which("systemd-analyze")
PROGRAM = "/opt/foundation-qa/bin/foundation-qa"


# What the commands are


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit: each with its values, in order."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def started_by(name: str) -> list[str]:
    """The arguments with which a unit starts the program."""
    program, *arguments = shlex.split(unit(name)["ExecStart"][0])
    assert program == PROGRAM
    return arguments


def container() -> list[tuple[str, str]]:
    """The instructions of the container file, each with the rest of its line."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    parts = [line.split(maxsplit=1) for line in "\n".join(lines).replace("\\\n", " ").splitlines()]
    return [(name, rest.strip()) for name, rest in parts]


def said(instruction: str) -> list[str]:
    return [rest for name, rest in container() if name == instruction]


def commands() -> Iterator[list[str]]:
    """Every command line of the program that stands somewhere here, its arguments."""
    yield from (started_by(name) for name in UNITS)
    yield from (shlex.split(each)[1:] for each in said("RUN") if each.startswith("foundation-qa "))
    yield json.loads(said("CMD")[0])
    for path in (ROOT / "SERVING.md", DEPLOY / "nginx.conf", DEPLOY / "Containerfile"):
        for line in path.read_text(encoding="utf-8").splitlines():
            found = re.search(r"(?:^|: )(?:foundation-qa |serve )(.*)", line.removeprefix("#   ").removeprefix("# "))
            if found and "--" in found[1]:
                words = shlex.split(found[1].split("   (")[0])
                yield ["serve", *words] if not words[0].isalpha() else words


def test_every_option_is_known() -> None:
    found = list(commands())
    assert len(found) >= 8
    assert {"serve", "watch", "index", "ask"} == {each[0] for each in found}
    for arguments in found:
        ran = CliRunner().invoke(app, [*arguments, "--help"])
        assert ran.exit_code == 0, (arguments, ran.output)
    assert CliRunner().invoke(app, ["serve", "--no-such", "--help"]).exit_code == 2


# systemd


@pytest.mark.slow
@pytest.mark.skipif(SYSTEMD is None, reason="there is no systemd-analyze")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit_and_finds_it_shut(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
    path = tmp_path / name.replace("@", "@7861")
    path.write_text(text, encoding="utf-8")
    ran = subprocess.run([str(SYSTEMD), "verify", "--man=no", str(path)], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    arguments = ["security", "--offline=true", "--no-pager", "--threshold=20", str(path)]
    ran = subprocess.run([str(SYSTEMD), *arguments], capture_output=True, text=True)
    if "Unknown" not in ran.stderr:  # a systemd before version 250 cannot look at files
        assert ran.returncode == 0, ran.stdout[-300:]  # an exposure of 2.0 at most, of 10


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_what_keeps_it_apart(name: str) -> None:
    settings = unit(name)
    for key, value in {
        "DynamicUser": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "KillSignal": "SIGTERM",
        "StateDirectory": "foundation-qa",
    }.items():
        assert settings[key] == [value]
    places = dict(each.split("=") for each in settings["Environment"][0].split())
    assert places == {"XDG_DATA_HOME": "/var/lib/foundation-qa", "XDG_CACHE_HOME": "/var/cache/foundation-qa"}
    assert settings["User"] == ["foundation-qa"]  # of both: they share what they write


def test_whoever_stops_a_page_waits_long_enough() -> None:
    arguments = started_by("foundation-qa@.service")
    drain = float(arguments[arguments.index("--drain") + 1])
    needed = drain + ending.PATIENCE + ending._CUT + ending._LAST + 10  # seconds for what is closed afterwards
    assert int(unit("foundation-qa@.service")["TimeoutStopSec"][0]) > needed
    cmd = json.loads(said("CMD")[0])
    needed += float(cmd[cmd.index("--drain") + 1]) - drain
    for path in (DEPLOY / "Containerfile", ROOT / "SERVING.md"):
        assert int(re.findall(r"--stop-timeout (\d+)", path.read_text(encoding="utf-8"))[0]) > needed


@pytest.mark.sweep
@pytest.mark.slow
def test_what_the_units_start_runs_and_ends(texts: Path, tmp_path: Path) -> None:
    port = free_port()
    places = {
        "%i": str(port),
        "/srv/foundation-qa/texts": str(texts),
        "/var/lib/foundation-qa": str(tmp_path / "lib"),
        "/var/cache/foundation-qa": str(tmp_path / "cache"),
    }

    def here(text: str) -> str:
        for before, after in places.items():
            text = text.replace(before, after)
        return text

    page = [here(each) for each in started_by("foundation-qa@.service")]
    watch = [here(each) for each in started_by("foundation-qa-watch.service")]
    told = dict(here(each).split("=") for each in unit("foundation-qa@.service")["Environment"][0].split())
    with serving(tmp_path / "log", *page, **told) as (process, address):
        assert address == "https://qa.example.org"
        assert is_ready(port)
        pipe = subprocess.PIPE
        with subprocess.Popen(command(*watch), stderr=pipe, text=True, env=environment(**told)) as watching:
            assert watching.stderr is not None
            assert watching.stderr.readline().startswith("Watching ")
            watching.terminate()
            assert watching.wait(20) in (0, int(unit("foundation-qa-watch.service")["SuccessExitStatus"][0]))
        process.terminate()
        assert process.wait(20) == 0
    assert (tmp_path / "lib/index/manifest.json").is_file()
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["event"] == "stopped"


# The container


def test_the_container_file_takes_what_is_there_and_what_is_needed() -> None:
    taken = [each.split() for each in said("COPY") if not each.startswith("--from=")]
    sources = [source for *several, _ in taken for source in several]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {*ROOMS, "pyproject.toml", project["readme"], *project["license-files"]} <= set(sources)
    (install,) = [each for each in said("RUN") if " pip install " in each]
    words = shlex.split(install)
    assert words[words.index("--constraint") + 1] in sources
    extras = words[-1].removeprefix(".[").removesuffix("]").split(",")
    assert set(extras) <= set(project["optional-dependencies"])
    assert {"metrics", "documents"} <= set(extras)


def test_the_container_file_is_one() -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE"}
    known |= {"STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    names = [name for name, _ in container()]
    assert set(names) == known
    stages = re.findall(r" AS (\w+)", "\n".join(said("FROM")))
    assert stages
    assert set(re.findall(r"--from=(\w+)", "\n".join(said("COPY")))) == set(stages)
    assert int(said("USER")[0].split(":")[0]) > 0
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(said("ENTRYPOINT")[0]) == ["foundation-qa"]
    assert json.loads(said("CMD")[0])[:3] == ["serve", "--host", "0.0.0.0"]
    made, run = said("ENV")
    for place in ("XDG_CACHE_HOME=/var/cache/foundation-qa", "XDG_DATA_HOME=/var/lib/foundation-qa"):
        assert place in made
        assert place in run
    assert said("VOLUME") == ["/var/lib/foundation-qa"]


def healthy(port: int) -> bool:
    """What the health check of the container says of a page at ``port``; where a proxy leads out of the machine, as
    those who start containers hand theirs on, it asks past it."""
    words = json.loads(said("HEALTHCHECK")[0].partition("CMD ")[2])
    assert words[:2] == ["python", "-c"]
    code = words[2].replace("7860", str(port))
    away = environment(http_proxy="http://127.0.0.1:9", no_proxy="")
    return subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, env=away).returncode == 0


@pytest.mark.sweep
@pytest.mark.slow
def test_the_commands_of_the_container_run(tmp_path: Path) -> None:
    """All but what installs the program; with the fake encoder for the model, and the built-in texts."""
    told = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for line in said("RUN"):
        program, *arguments = shlex.split(line)
        if program == "foundation-qa":
            ran = subprocess.run(command(*arguments), capture_output=True, text=True, env=environment(**told))
            assert ran.returncode == 0, ran.stderr
    port = free_port()
    arguments = json.loads(said("CMD")[0])
    arguments[arguments.index("7860")] = str(port)
    assert not healthy(port)
    with serving(tmp_path / "log", *arguments, **told) as (process, _):
        assert healthy(port)
        process.terminate()
        assert process.wait(30) == 0
    # It had the index already.
    assert "Embedding" not in (tmp_path / "log").read_text(encoding="utf-8")


# nginx


@pytest.mark.slow
@pytest.mark.skipif(bool(ABSENT), reason=ABSENT)
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    with proxy(tmp_path, shipped(free_port(), (free_port(), free_port()))):
        arguments = ["-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "errors")]
        ran = subprocess.run([str(NGINX), *arguments], capture_output=True, text=True)
    assert (ran.returncode, "warn" in ran.stderr) == (0, False), ran.stderr


# The document


def test_what_the_document_names_is_there() -> None:
    text = (ROOT / "SERVING.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((deploy/[^)]*)\)", text)
    assert [each for each in named if not (ROOT / each).exists()] == []
    assert {path.name for path in DEPLOY.iterdir()} <= {Path(each).name for each in [*named, *re.findall(r"\S+", text)]}


def test_the_document_names_every_figure() -> None:
    text = (ROOT / "SERVING.md").read_text(encoding="utf-8")
    source = (ROOT / "ui/server/metrics.py").read_text(encoding="utf-8")
    figures = re.findall(r'f"\{name\}_(\w+)"', source)
    assert len(figures) > 7
    assert [each for each in figures if f"_{each}" not in text] == []
