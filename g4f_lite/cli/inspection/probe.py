"""The probe: it imports plugins in a child process, and returns the result for each.

Importing foreign code can do more than raise: it can end the process, crash it, hang, or break what is imported
later. So the parent sends a list of items to load, and the child answers each on one line, in order. The first
answer of a child is accepted as it is. A later answer is accepted only if it reports a valid provider: otherwise
its item is loaded again, as the first one of a new child, where no other plugin can be the cause.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import Any

from g4f_lite.cli.terminal.redaction import redact_secrets

__all__ = ["probe", "take_private_stdout"]

_IMPORT_SECONDS = 60.0
"""Seconds that one import may take."""

_POLL_SECONDS = 0.5
"""Seconds between two checks of a silent child.

The end of its pipe may not come: a plugin's fork holds it.
"""

_HELLO_INDEX = -1
"""The index of the child's first line, which tells its process id as the child sees it."""

# Isolated mode (-I) keeps the child from importing anything from the current folder before its path is set to this
# process's. Isolated mode also skips the .pth files of the user's own site-packages, so they are read here.
_CHILD_CODE = """\
import json, sys
request = json.loads(sys.stdin.readline())
if request["user_site"]:
    import site
    site.addsitedir(request["user_site"])
sys.path[:] = request["path"]
from g4f_lite.cli.inspection.probe_worker import serve
serve(request["items"])
"""


def probe(items: list[dict[str, str]], seconds: float | None = None) -> list[dict[str, Any]]:
    """Load each of `items` and return an answer for each, in order. Blocks.

    If loading ended the whole process, the answer has the key ``crash`` with the reason. For all other answers,
    see `probe_worker.answer_item`.

    Args:
        items: ``{"name": ...}`` or ``{"file": ...}`` of a provider, or ``{"hooks": ...}`` of a hook plugin.
        seconds: seconds that each may take, or None for a minute.
    """
    answers: list[dict[str, Any]] = []
    while len(answers) < len(items):
        answers += _run_child(items[len(answers) :], _IMPORT_SECONDS if seconds is None else seconds)
    return answers


def _run_child(items: list[dict[str, str]], seconds: float) -> list[dict[str, Any]]:
    """Return the answers of one child for the first of `items`: one at least."""
    child = subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-I", *_python_options(), "-c", _CHILD_CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # A plugin's output is not a message of ours.
    )
    reader = _AnswerReader(child, seconds)
    try:
        _send_request(child, items)
        return _collect_answers(reader, len(items))
    finally:
        child.kill()
        child.wait()
        reader.close()


def _python_options() -> list[str]:
    """Return the options for what environment variables set: an isolated child ignores them."""
    options = [f"-W{option}" for option in sys.warnoptions]
    options += ["-X", f"utf8={sys.flags.utf8_mode}"]
    return [*options, "-B"] if sys.dont_write_bytecode else options


def _send_request(child: "subprocess.Popen[bytes]", items: list[dict[str, str]]) -> None:
    assert child.stdin is not None  # noqa: S101 - it is a pipe
    site = sys.modules.get("site")
    entries: list[object] = list(sys.path)  # Imports ignore entries that are not strings, too.
    request = {
        "path": [entry for entry in entries if isinstance(entry, str)],
        "user_site": getattr(site, "USER_SITE", None) if getattr(site, "ENABLE_USER_SITE", None) else None,
        "items": items,
    }
    try:
        with child.stdin:
            child.stdin.write(json.dumps(request).encode() + b"\n")
    except BrokenPipeError:  # The child has ended already; the reader reports that.
        pass


def _collect_answers(reader: "_AnswerReader", count: int) -> list[dict[str, Any]]:
    hello = reader.read(_HELLO_INDEX)
    if "crash" in hello:
        return [hello]
    answers: list[dict[str, Any]] = []
    for index in range(count):
        answer = reader.read(index)
        if answers and not _is_valid(answer):
            break
        answers.append(answer)
        if "crash" in answer:
            break
    return answers


def _is_valid(answer: dict[str, Any]) -> bool:
    verdict = answer.get("verdict")
    return isinstance(verdict, dict) and verdict.get("valid") is True


class _AnswerReader:
    """Reads the answers of a child, as long as the child lives and no item takes too long."""

    def __init__(self, child: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._child = child
        self._seconds = seconds
        self._pid: int | None = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read_lines, daemon=True)
        self._thread.start()

    def _read_lines(self) -> None:
        """Put the child's lines into the queue.

        A line without a line end means that the pipe was closed.
        """
        assert self._child.stdout is not None  # noqa: S101 - it is a pipe
        with self._child.stdout as pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put(b"")

    def close(self) -> None:
        """Wait until the pipe is closed, for a moment only: a plugin's fork may hold its other end."""
        self._thread.join(_POLL_SECONDS)

    def read(self, index: int) -> dict[str, Any]:
        """Return the answer for the item with this index, or its crash. Blocks."""
        deadline = time.monotonic() + self._seconds
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=min(remaining, _POLL_SECONDS))
            except queue.Empty:
                if self._child.poll() is None:
                    continue
                line = b""
            if not line.endswith(b"\n"):
                return {"crash": _describe_exit(self._child)}
            answer = self._parse_line(line, index)
            if answer is not None:
                return answer
        return {"crash": f"loading it took more than {self._seconds:g} seconds"}

    def _parse_line(self, line: bytes, index: int) -> dict[str, Any] | None:
        """Return the answer in `line`, or None if a process that a plugin forked wrote it."""
        try:
            message = json.loads(line)
            pid, number, answer = message["pid"], message["index"], message["answer"]
        except (ValueError, LookupError, TypeError):
            number, pid, answer = None, self._pid, None
        if index == _HELLO_INDEX:
            self._pid = pid
        elif pid != self._pid:
            return None
        if number != index or not isinstance(answer, dict):
            return {"crash": "loading it corrupted the process, which then answered nonsense"}
        return answer


def _describe_exit(child: "subprocess.Popen[bytes]") -> str:
    try:
        code = child.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return "loading it closed the files of the whole process"
    if code < 0:
        import signal

        names = {item.value: item.name for item in signal.Signals}
        return f"loading it crashed the whole process ({names.get(-code, -code)})"
    return redact_secrets(f"loading it ended the whole process (exit code {code})")


def take_private_stdout() -> int:
    """Return a private descriptor of standard output; writes to the original one are discarded."""
    descriptor = os.dup(1)
    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 0)
    os.dup2(devnull, 1)
    os.close(devnull)
    return descriptor
