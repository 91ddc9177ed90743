"""A proxy as people put it before a page: nginx, run by the tests alone, with a certificate made for them."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX, OPENSSL = (
    shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"),
    shutil.which("openssl"),
)
ABSENT = f"there is no {'nginx' if OPENSSL else 'openssl'}" if not (NGINX and OPENSSL) else ""

_PATHS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and qa.example.org, signed by itself, and its key."""
    made, key = folder / "cert.pem", folder / "key.pem"
    names = "subjectAltName=DNS:qa.example.org,IP:127.0.0.1"
    command = [
        str(OPENSSL),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=qa.example.org",
    ]
    subprocess.run([*command, "-addext", names, "-out", made, "-keyout", key], check=True, capture_output=True)
    return made, key


@contextmanager
def proxy(folder: Path, *servers: str) -> Iterator[None]:
    """nginx with these ``server`` blocks, in which ``CERTIFICATE`` stands for the lines that name one."""
    made, key = certificate(folder)
    blocks = "\n".join(servers).replace("CERTIFICATE", f"ssl_certificate {made}; ssl_certificate_key {key};")
    temporary = " ".join(f"{each}_temp_path {folder / each};" for each in _PATHS)
    user = (
        "user root; " if hasattr(os, "getuid") and os.getuid() == 0 else ""
    )  # else its workers may write nowhere here
    text = (
        f"{user}daemon off; worker_processes 1; pid {folder / 'pid'}; error_log {folder / 'errors'};\n"
        f"events {{ worker_connections 256; }}\nhttp {{ access_log off; {temporary}\n{blocks}\n}}\n"
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-c", str(configuration), "-e", str(folder / "errors")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(process, text)
            yield
        finally:
            process.terminate()


def _wait_for(process: "subprocess.Popen[str]", text: str) -> None:
    ports = [int(port) for port in re.findall(r"listen 127\.0\.0\.1:(\d+)", text)]
    until = time.monotonic() + 10
    while ports and time.monotonic() < until and process.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", ports[-1])) == 0:
                ports.pop()
                continue
        time.sleep(0.05)
    if ports:
        process.terminate()
        raise RuntimeError(f"nginx does not listen: {process.communicate()[1]}")


def shipped(port: int, ports: tuple[int, int]) -> str:
    """The configuration that ships, which listens at ``port`` of this machine and passes on to ``ports``."""
    text = (Path(__file__).parents[2] / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"ssl_certificate .*;\n\s*ssl_certificate_key .*;", "CERTIFICATE", text)
    for before, after in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("server 127.0.0.1:7861", f"server 127.0.0.1:{ports[0]}"),
        ("server 127.0.0.1:7862", f"server 127.0.0.1:{ports[1]}"),
    ):
        if text.count(before) != 1:
            raise LookupError(before)
        text = text.replace(before, after)
    return text
