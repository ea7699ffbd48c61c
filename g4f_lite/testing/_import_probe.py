"""Import one module in an interpreter of its own and report what that did besides.

Run as ``python -m g4f_lite.testing._import_probe MODULE|FILE REPORT``. A report that is missing afterwards
says that the import ended the process.
"""

import importlib
import json
import sys
import threading
from pathlib import Path
from typing import Any

__all__ = ["main"]

# Not `socket.bind`: urllib3 finds out at import whether the machine has IPv6 by binding to its loopback.
_EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}


def main(target: str, report: str) -> None:
    """Import `target`, a module's name or a ``.py`` file, and write what it did to the file `report`."""
    reached: list[str] = []

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS:
            reached.append(f"{event} {arguments!r}")

    sys.addaudithook(note)
    before = set(threading.enumerate())
    error = ""
    try:
        _import(target)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    threads = [thread.name for thread in threading.enumerate() if thread not in before]
    found = {"error": error, "network": reached, "threads": threads}
    Path(report).write_text(json.dumps(found), encoding="utf-8")


def _import(target: str) -> None:
    if not target.endswith(".py"):
        importlib.import_module(target)
        return
    from g4f_lite.testing._provider_under_test import import_file

    import_file(Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
