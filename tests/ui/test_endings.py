"""How commands end: with one message and the right status, whatever becomes of their output, their folder or them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lanes import sweep

from ui.gate.upload_room import _remove_those_of_the_dead
from ui.workspace.uploads import Uploads

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and signals are those of POSIX")

ROOT = Path(__file__).parents[2]
QUESTION = "How many parameters has GPT-3?"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[str]]:
    """Makes the command line of ``foundation-qa`` with the fake encoder for the model."""
    path = tmp_path_factory.mktemp("program") / "program.py"
    path.write_text(
        f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests/support")!r}]
import index
from fake_encoder import FakeEncoder
index.SentenceEncoder = lambda name, progress: FakeEncoder(digest="fake")
from ui.cli import main
main()
""",
        encoding="utf-8",
    )
    return lambda *arguments: [sys.executable, str(path), *map(str, arguments)]


@pytest.fixture(scope="module")
def commands(
    tmp_path_factory: pytest.TempPathFactory,
    write_texts: Callable[[Path], Path],
    program: Callable[..., list[str]],
) -> list[list[str]]:
    """Commands that print in one way each, since each takes a second to start; the index is there."""
    folder = tmp_path_factory.mktemp("commands")
    texts = write_texts(folder / "texts")
    index = ["--index", folder / "index", "--corpus", texts]
    assert subprocess.run(program("index", "update", *index), capture_output=True).returncode == 0
    return [
        program("ask", QUESTION, *index),
        program("ask", QUESTION, "--json", *index),
        program("search", QUESTION, *index),
        program("index", "status", "--json", *index),
        program("index", "update", *index),
        program("corpus", "check", "--json", "--corpus", texts),
        program("serve", "--help"),
        program("serve", "--port", "0", "--corpus", texts),
    ]


@pytest.mark.sweep
def test_a_reader_that_has_left_is_no_error(commands: list[list[str]]) -> None:
    for command in commands:
        reading, writing = os.pipe()
        with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE, text=True) as process:
            os.close(writing)
            os.close(reading)
            _, errors = process.communicate(timeout=60)
        wrong = "Traceback" in errors or "Exception ignored" in errors
        checked = "check" in command and process.returncode == 1  # it has found something
        assert (process.returncode == 0 or checked, wrong) == (True, False), (command, process.returncode, errors)


@pytest.mark.sweep
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_device_is_one_message(commands: list[list[str]]) -> None:
    for command in commands:
        with Path("/dev/full").open("wb") as full:
            ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert ran.returncode == 1, (command, ran.stderr)
        assert ran.stderr.splitlines()[-1] == "Error: The output cannot be written: No space left on device."
        assert "Traceback" not in ran.stderr
        assert "Exception ignored" not in ran.stderr
    with Path("/dev/full").open("wb") as full:  # nobody can be told
        assert subprocess.run(commands[0], stdout=full, stderr=full, timeout=60).returncode == 1


def test_a_closed_output_goes_nowhere(commands: list[list[str]]) -> None:
    shell = ["sh", "-c", 'exec "$@" >&-', "sh"]
    for command in commands[:3]:
        ran = subprocess.run([*shell, *command], capture_output=True, text=True, timeout=60)
        assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "CLIP", "--corpus", "."),
        ("search", "CLIP", "--corpus", "."),
        ("serve", "--port", "0", "--corpus", "x"),
        ("watch", "--corpus", "."),
        ("mcp", "--corpus", "x"),
        ("index", "status", "--corpus", "."),
        ("index", "update", "--corpus", "."),
        ("corpus", "check", "--corpus", "."),
    ],
)
def test_a_folder_that_is_gone_is_one_message(
    program: Callable[..., list[str]], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = ["sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh"]
    ran = subprocess.run(
        [*shell, *program(*arguments)], cwd=gone, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("Error: ") == 1
    assert "folder" in ran.stderr
    assert ran.returncode == 1


# Signals


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def serving(
    program: Callable[..., list[str]], texts: Path, temporary: Path
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A page that takes uploads, and its port."""
    environment = {**os.environ, "TMPDIR": str(temporary)}
    pipe = subprocess.PIPE
    command = program("serve", "--port", "0", "--allow-upload", "--corpus", texts)
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        yield process, port
        process.kill()


def upload(port: int, missing: int) -> socket.socket:
    """A connection over which a file comes, but for so many bytes."""
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\n' + b"hello " * 30_000
    body += b"\r\n--x--\r\n"
    head = (
        "POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(head.encode() + body[: len(body) - missing])
    if not missing:
        assert b" 200 " in connection.recv(1000)
    return connection


@pytest.mark.parametrize(
    ("number", "missing"),
    [(signal.SIGTERM, 0), sweep(signal.SIGHUP, 0), sweep(signal.SIGINT, 0), (signal.SIGTERM, 5000)],
)
def test_a_page_that_is_told_to_end_leaves_nothing(
    serving: tuple["subprocess.Popen[str]", int], temporary: Path, number: int, missing: int
) -> None:
    process, port = serving

    def has_come() -> bool:
        return any(path.is_file() and path.stat().st_size > 10_000 for path in temporary.rglob("*"))

    with upload(port, missing):
        until = time.monotonic() + (20 if missing else 0)  # nobody says when the rest does not come
        while not has_come():
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.count("Traceback")) == (0, 0)
    assert list(temporary.iterdir()) == []


def test_what_a_killed_page_left_goes_with_the_next_start(
    serving: tuple["subprocess.Popen[str]", int], temporary: Path
) -> None:
    process, port = serving
    with upload(port, 0):
        pass
    (left,) = temporary.iterdir()
    os.utime(left, (0, 0))
    _remove_those_of_the_dead(temporary)  # it lives: nothing is touched
    assert left.exists()
    process.kill()
    process.wait()
    (temporary / "foundation-qa-of-others").mkdir()
    os.utime(temporary / "foundation-qa-of-others", (0, 0))
    os.utime(left, (0, 0))
    _remove_those_of_the_dead(temporary)
    assert [path.name for path in temporary.iterdir()] == ["foundation-qa-of-others"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_build_that_is_told_to_end_says_by_what(
    program: Callable[..., list[str]], texts: Path, tmp_path: Path, number: int, status: int
) -> None:
    slow = tmp_path / "slow.py"
    command = program("index", "rebuild", "--index", tmp_path / "index", "--corpus", texts)
    lines = Path(command[1]).read_text(encoding="utf-8")
    slow.write_text(
        lines.replace(
            "from ui.cli import main",
            "import time\nindex.rebuild_index = lambda *_, **__: (print('begun', flush=True), time.sleep(30))\n"
            "from ui.cli import main",
        ),
        encoding="utf-8",
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([command[0], str(slow), *command[2:]], stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors.count("Traceback")) == (status, 0)


def test_what_a_killed_upload_left_goes_with_the_next(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    source = tmp_path / "a.md"
    source.write_text("# A\n\nA text.\n", encoding="utf-8")
    uploads.add("a.md", source)
    (uploads.folder / ".partial-x").mkdir()
    (uploads.folder / ".partial-x/b.md").write_text("half", encoding="utf-8")
    uploads.remove_left_overs()
    assert not (uploads.folder / ".partial-x").exists()
    (uploads.folder / ".partial-y").mkdir()
    uploads.add("b.md", source)
    assert not (uploads.folder / ".partial-y").exists()
    assert uploads.names() == ["a.md", "b.md"]
