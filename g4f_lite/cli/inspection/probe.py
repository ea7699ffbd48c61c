"""Import plugins in a process of their own, and bring back what became of each.

Importing foreign code can do more than raise: end the process, crash it, hang, or spoil it for what is
loaded after. So the parent sends a list of what to load, and the child answers a line for each, in order.
The first answer of a child is taken as it is, a later one only if all is well with it: else that item
comes first in another child, where nothing but itself can be to blame.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import Any

from g4f_lite.cli.terminal.redaction import clean

__all__ = ["probe"]

_SECONDS = 60.0
"""How long one import may take."""

_LOOK_SECONDS = 0.5
"""How often a silent child is looked at: a process that a plugin forked keeps a dead one's pipe open."""

_HELLO = -1
"""The index of the line that a child begins with: its process id, as it sees that itself."""

# Isolated, the child imports nothing from the current folder before it looks where this process looks.
# What the isolation leaves out beside that path are the .pth files of the user's own site-packages.
_CODE = """\
import json, sys
order = json.loads(sys.stdin.readline())
if order["user_site"]:
    import site
    site.addsitedir(order["user_site"])
sys.path[:] = order["path"]
from g4f_lite.cli.inspection.probe_worker import serve
serve(order["items"])
"""


def probe(items: list[dict[str, str]], seconds: float | None = None) -> list[dict[str, Any]]:
    """Load each of `items`; return an answer for each, in order.

    An answer has the key ``crash``, with the reason, if loading took the whole process down; what else is
    in it, see `_probe_child.answer`.

    Args:
        items: each is ``{"name": ...}`` or ``{"file": ...}`` of a provider, or ``{"hooks": ...}``.
        seconds: how long each may take; None: a minute.
    """
    answers: list[dict[str, Any]] = []
    while len(answers) < len(items):
        answers += _run_child(items[len(answers) :], _SECONDS if seconds is None else seconds)
    return answers


def _run_child(items: list[dict[str, str]], seconds: float) -> list[dict[str, Any]]:
    """Return the answers of one child for the first of `items`, at least one."""
    child = subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-I", *_python_options(), "-c", _CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a plugin prints is no message of ours
    )
    listener = _Listener(child, seconds)
    try:
        _send(child, items)
        return _collect(listener, len(items))
    finally:
        child.kill()
        child.wait()
        listener.end()


def _python_options() -> list[str]:
    """Return what this process was told by variables of the environment, which an isolated one ignores."""
    options = [f"-W{option}" for option in sys.warnoptions]
    options += ["-X", f"utf8={sys.flags.utf8_mode}"]
    return [*options, "-B"] if sys.dont_write_bytecode else options


def _send(child: "subprocess.Popen[bytes]", items: list[dict[str, str]]) -> None:
    assert child.stdin is not None  # noqa: S101 - it is a pipe
    site = sys.modules.get("site")
    entries: list[object] = list(sys.path)  # what is no string there, imports pass over too
    order = {
        "path": [entry for entry in entries if isinstance(entry, str)],
        "user_site": getattr(site, "USER_SITE", None) if getattr(site, "ENABLE_USER_SITE", None) else None,
        "items": items,
    }
    try:
        with child.stdin:
            child.stdin.write(json.dumps(order).encode() + b"\n")
    except BrokenPipeError:  # it is dead already; the listener will say so
        pass


def _collect(listener: "_Listener", count: int) -> list[dict[str, Any]]:
    hello = listener.answer(_HELLO)
    if "crash" in hello:
        return [hello]
    answers: list[dict[str, Any]] = []
    for index in range(count):
        answer = listener.answer(index)
        if answers and not _is_well(answer):
            break
        answers.append(answer)
        if "crash" in answer:
            break
    return answers


def _is_well(answer: dict[str, Any]) -> bool:
    verdict = answer.get("verdict")
    return isinstance(verdict, dict) and verdict.get("valid") is True


class _Listener:
    """Hears what a child says, for as long as it lives and no item takes too long."""

    def __init__(self, child: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._child = child
        self._seconds = seconds
        self._pid: int | None = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Hand over the child's lines; one without an end is its death."""
        assert self._child.stdout is not None  # noqa: S101 - it is a pipe
        with self._child.stdout as pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put(b"")

    def end(self) -> None:
        """Have the pipe closed, unless a process that a plugin forked still has its other end."""
        self._reader.join(_LOOK_SECONDS)

    def answer(self, index: int) -> dict[str, Any]:
        """Return the answer for the item of that index, or its crash."""
        deadline = time.monotonic() + self._seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=min(left, _LOOK_SECONDS))
            except queue.Empty:
                if self._child.poll() is None:
                    continue
                line = b""
            if not line.endswith(b"\n"):
                return {"crash": _describe_exit(self._child)}
            answer = self._understood(line, index)
            if answer is not None:
                return answer
        return {"crash": f"loading it took more than {self._seconds:g} seconds"}

    def _understood(self, line: bytes, index: int) -> dict[str, Any] | None:
        """Return the answer in a line, None if another process wrote it: one that a plugin forked."""
        try:
            said = json.loads(line)
            pid, number, answer = said["pid"], said["index"], said["answer"]
        except (ValueError, LookupError, TypeError):
            number, pid, answer = None, self._pid, None
        if index == _HELLO:
            self._pid = pid
        elif pid != self._pid:
            return None
        if number != index or not isinstance(answer, dict):
            return {"crash": "loading it spoilt the process: what that said then made no sense"}
        return answer


def _describe_exit(child: "subprocess.Popen[bytes]") -> str:
    try:
        code = child.wait(_LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return "loading it closed the files of the whole process"
    if code < 0:
        import signal

        names = {item.value: item.name for item in signal.Signals}
        return f"loading it crashed the whole process ({names.get(-code, -code)})"
    return clean(f"loading it ended the whole process (exit code {code})")


def private_stdout() -> int:
    """Keep the way to the parent for us alone, and return it: what plugins print goes nowhere."""
    mine = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return mine
