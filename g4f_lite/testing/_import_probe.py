"""The child process of the contract suite: it imports a provider and reports side effects.

Run as ``python -m g4f_lite.testing._import_probe MODULE|FILE REPORT``. If there is no report afterwards, the
import has ended the process.
"""

import importlib
import json
import sys
import threading
from pathlib import Path
from typing import Any

__all__ = ["main"]

# `socket.bind` is not among them: urllib3 binds to the loopback at import, to see if the machine has IPv6.
_NETWORK_EVENTS = {
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "socket.sendmsg",
}


def main(target: str, report: str) -> None:
    """Import `target`, a module or a ``.py`` file, and write its side effects to `report`."""
    network: list[str] = []

    def record_event(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NETWORK_EVENTS:
            network.append(f"{event} {arguments!r}")

    sys.addaudithook(record_event)
    before = set(threading.enumerate())
    error = ""
    try:
        _import(target)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    threads = [thread.name for thread in threading.enumerate() if thread not in before]
    effects = {"error": error, "network": network, "threads": threads}
    Path(report).write_text(json.dumps(effects), encoding="utf-8")


def _import(target: str) -> None:
    if not target.endswith(".py"):
        importlib.import_module(target)
        return
    from g4f_lite.testing._provider_under_test import import_file

    import_file(Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
