"""The page is served at a port, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from pages import chat_page
from ports import free_port
from small_answerer import SmallAnswerer

from corpus import FoundationQAError
from ui.server.page import serve


@pytest.mark.slow
def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FoundationQAError, match=f"127.0.0.1, port {port}: it is in use"):
            serve(chat_page(SmallAnswerer()), port=port)
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="nobody tells what a thread has worked")
def test_a_page_that_nobody_visits_hardly_works(started: Any) -> None:
    page = started(chat_page(SmallAnswerer()), port=0)
    try:
        clock = time.pthread_getcpuclockid(page.server.thread.ident)
        time.sleep(0.5)  # until it has said that it is there
        before = time.clock_gettime(clock)
        time.sleep(2)
        assert (time.clock_gettime(clock) - before) / 2 < 0.01  # a tenth of it, and 0.03 where it looks all the time
    finally:
        page.close(verbose=False)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_serving_prints_the_address_alone_and_ends_at_ctrl_c() -> None:
    port = free_port()
    imports = "from pages import chat_page; from small_answerer import SmallAnswerer; from ui.server.page import serve"
    code = f"{imports}; serve(chat_page(SmallAnswerer()), port={port})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # A proxy in the environment must not come between Gradio and its own address.
    environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=pipe, stderr=pipe, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert (address, rest, errors) == (f"http://127.0.0.1:{port}/\n", "", "")
    assert process.returncode == 0
