"""Import what one entry point names; whatever that raises becomes one error that names the plugin."""

import contextlib
import importlib
import io
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from g4f_lite._discovery import Claim
from g4f_lite._text_safety import redact, shorten
from g4f_lite.errors import ProviderLoadError

__all__ = ["load"]


def load(claim: Claim) -> tuple[Any, str]:
    """Return the module or object of `claim`, and what its import printed on stdout.

    Raises:
        ProviderLoadError: for anything that the import raises, `SystemExit` included; only
            `KeyboardInterrupt` is let through.
    """
    try:
        with _captured_stdout() as printed:
            plugin: Any = importlib.import_module(claim.module)
            for part in filter(None, claim.attr.split(".")):
                plugin = getattr(plugin, part)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ProviderLoadError(
            claim.name,
            distribution=claim.distribution,
            version=claim.version,
            location=_location(error, claim),
            reason=shorten(redact(f"{type(error).__name__}: {error}"), 200),
            fix=_fix(error, claim),
        ) from error
    return plugin, printed.getvalue()


def _location(error: BaseException, claim: Claim) -> str:
    """Return ``file:line`` of the last step in the plugin's own package, else of the last step at all."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    package = claim.module.partition(".")[0]
    last, own = "", ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if not file.startswith("<frozen") and file != __file__:
            last = f"{file}:{step.tb_lineno}"
            if str(step.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == package:
                own = last
        step = step.tb_next
    if own or not isinstance(error, ModuleNotFoundError):
        return own or last
    return f"entry point {claim.name} = {claim.target}"


def _fix(error: BaseException, claim: Claim) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name == claim.module or claim.module.startswith(f"{error.name}."):
            return f"Reinstall {claim.distribution}: its entry point names a module that is not there."
        return (
            f"Install the package that has the module {error.name!r} "
            f"(pip install {error.name.partition('.')[0]}, perhaps), or reinstall {claim.distribution}."
        )
    if isinstance(error, SystemExit):
        return (
            f"Its import ends the program, which a plugin must not: tell the author of {claim.distribution}."
        )
    return f"Update or uninstall {claim.distribution}, or tell its author."


class _ThreadCapture(io.TextIOBase):
    """A stdout that keeps what one thread writes, and passes on what the others do.

    A module may keep it (as a log handler does): once `done`, it passes everything on.
    """

    def __init__(self, real: Any) -> None:
        self._real = real
        self._thread = threading.get_ident()
        self._kept: list[str] = []
        self.done = False

    def write(self, text: str) -> int:
        """Keep or pass on."""
        if self.done or threading.get_ident() != self._thread:
            return int(self._real.write(text) or 0) if self._real is not None else len(text)
        self._kept.append(text)
        return len(text)

    def flush(self) -> None:
        """Flush the real one."""
        if self._real is not None:
            self._real.flush()

    def getvalue(self) -> str:
        """Return what was kept."""
        return "".join(self._kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


_capture_lock = threading.RLock()


@contextlib.contextmanager
def _captured_stdout() -> Iterator[_ThreadCapture]:
    # Two threads that load at once nest their captures; putting back by identity keeps that right
    # whichever ends first.
    with _capture_lock:
        before = sys.stdout
        capture = _ThreadCapture(before)
        sys.stdout = capture
    try:
        yield capture
    finally:
        capture.done = True
        with _capture_lock:
            if sys.stdout is capture:
                sys.stdout = before
