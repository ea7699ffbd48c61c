"""Import plugins in a process of their own, and bring back what became of each.

Importing foreign code can do more than raise: end the process, crash it, hang. So the parent sends a list
of what to load, the child answers a line for each, in order; where the answers end, the next one is the
culprit, and another child goes on after it.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from typing import Any

from g4f_lite.cli._secrets import clean

__all__ = ["probe"]

_SECONDS = 60.0
"""How long one import may take."""

# The child looks where this process looks: what stands first on the path depends on how one was started.
_CODE = """\
import json, sys
order = json.loads(sys.stdin.readline())
sys.path[:] = order["path"]
from g4f_lite.cli._probe_child import serve
serve(order["items"])
"""


def probe(items: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Load each of `items`, ``{"name": ...}`` or ``{"file": ...}``; return an answer for each, in order.

    An answer has the key ``crash``, with the reason, if loading took the whole process down; what else is
    in it, see `_probe_child.answer`.
    """
    answers: list[dict[str, Any]] = []
    while len(answers) < len(items):
        answers += _run_child(items[len(answers) :])
    return answers


def _run_child(items: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the answers of one child; the last one is its crash if there are fewer than `items`."""
    child = subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-c", _CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a plugin prints is no message of ours
    )
    try:
        return _converse(child, items)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _converse(child: "subprocess.Popen[bytes]", items: list[dict[str, str]]) -> list[dict[str, Any]]:
    assert child.stdin is not None  # noqa: S101 - both are pipes
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(child, lines), daemon=True).start()
    try:
        child.stdin.write(json.dumps({"path": sys.path, "items": items}).encode() + b"\n")
        child.stdin.flush()
    except BrokenPipeError:  # it is dead already; the reader will say so
        pass
    answers: list[dict[str, Any]] = []
    while len(answers) < len(items):
        try:
            line = lines.get(timeout=_SECONDS)
        except queue.Empty:
            return [*answers, {"crash": f"loading it took more than {_SECONDS:g} seconds"}]
        if not line.endswith(b"\n"):
            return [*answers, {"crash": _epitaph(child)}]
        answers.append(json.loads(line))
    return answers


def _read(child: "subprocess.Popen[bytes]", lines: "queue.SimpleQueue[bytes]") -> None:
    """Hand over the child's lines; one without an end is its death."""
    assert child.stdout is not None  # noqa: S101 - it is a pipe
    try:
        for line in child.stdout:
            lines.put(line)
        lines.put(b"")
    except (OSError, ValueError):  # closed under our feet: nobody listens any more
        lines.put(b"")


def _epitaph(child: "subprocess.Popen[bytes]") -> str:
    try:
        code = child.wait(_SECONDS)
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
