"""The engine: one thread that has the model and answers calls in their order.

Everything that touches the runtime happens in that thread. The callers wait on queues, so Ctrl-C and a
cancel reach them at any time, and the queue of calls is a fair lock that can be left while waiting.

Leaving the interpreter while the runtime works aborts the process: its thread comes back from native
code into an interpreter that is gone. So a handler at exit stops the work and joins the thread. A forked
child has the model's memory and not its threads; it is told so instead of waiting for ever.
"""

import atexit
import contextlib
import os
import queue
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from g4f_lite.cancellation import current_scope
from g4f_lite.errors import ProviderError, ProviderResponseError, ProviderSetupError
from g4f_lite_providers.local import runtime as _runtime
from g4f_lite_providers.local import weights as _weights

__all__ = ["Engine", "Job", "chat"]

_LOOK_SECONDS = 0.5
"""How often a waiting caller looks whether the engine lives; on Windows, also how fast Ctrl-C is."""

_EXIT_SECONDS = 30.0
"""How long the interpreter's end waits: a load can be slow; a batch of the prompt takes half a second."""


class Job:
    """One thing asked of the engine, and the queue of what comes back.

    Args:
        path: the model's file; None: import the runtime, no more.
        request: a request as OpenAI's API has it.
    """

    __slots__ = ("_answers", "cancelled", "path", "request")

    def __init__(self, path: Path | None = None, request: dict[str, Any] | None = None) -> None:
        self.path = path
        self.request = request
        self.cancelled = False
        # Of all queues this one may be put to while the same thread is inside a put: a cancel can come
        # from the garbage collector.
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def cancel(self) -> None:
        """Stop the work within one token and wake who waits for it. Never blocks."""
        self.cancelled = True
        self._answers.put(None)

    def put(self, item: dict[str, Any] | Exception | None) -> None:
        """Hand over a chunk, the error that ended the work, or None for its end."""
        self._answers.put(item)

    def chunks(self, engine: "Engine") -> Iterator[dict[str, Any]]:
        """Yield the chunks as they come; end at the end, or on a cancel.

        Raises:
            ProviderError: what ended the work.
        """
        while not self.cancelled:
            try:
                item = self._answers.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                engine.check_alive()
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item


class Engine:
    """The thread that owns the model."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closing = False
        self._process = os.getpid()
        self.loaded: Path | None = None
        # A daemon, since the interpreter waits for other threads before it runs the handlers at exit.
        self._thread = threading.Thread(target=self._serve, name="g4f-lite-local", daemon=True)
        self._thread.start()
        # Twice: a Ctrl-C that comes at the very entry of the first makes Python go on with the second.
        atexit.register(self.close)
        atexit.register(self.close)

    def submit(self, job: Job) -> None:
        """Put a job at the end of the queue."""
        self._jobs.put(job)

    def check_alive(self) -> None:
        """Raise if no answer will ever come.

        Raises:
            ProviderSetupError: this is a forked child, or the program is ending.
        """
        if os.getpid() != self._process:
            raise _forked_error()
        if not self._thread.is_alive():
            raise ProviderSetupError("The embedded model was shut down.", hint="Ask before the program ends.")

    def close(self) -> None:
        """Stop the work and wait for the thread. Runs at exit; Ctrl-C does not cut it short."""
        while True:
            try:
                self._close()
                return
            except KeyboardInterrupt:
                continue

    def _close(self) -> None:
        if os.getpid() != self._process:
            return
        self._closing = True
        self._jobs.put(None)
        with _InterruptsIgnored():
            self._thread.join(_EXIT_SECONDS)

    def _serve(self) -> None:
        # The server is a local variable on purpose: in a forked child this frame is never left, so nobody
        # destroys the server there, which would wait for threads that the child does not have.
        server: Any = None
        while (job := self._jobs.get()) is not None:
            try:
                if job.path is not None and job.path != self.loaded and not self._unwanted(job):
                    server = self.loaded = None  # the old one first: there is to be one model in memory
                    server = _runtime.load(job.path)
                    self.loaded = job.path
                self._work(job, server)
            except ProviderError as error:
                job.put(error)
            except Exception as error:
                job.put(_failure(error))
            if not self._closing:  # then the callers are about to die with their threads: no error on the way
                job.put(None)
            del job  # or the last answer's chunks would be kept until the next call

    def _work(self, job: Job, server: Any) -> None:
        if self._unwanted(job):
            return
        if job.request is None:
            _runtime.import_runtime()
            return
        put = job.put

        def take(chunk: dict[str, Any]) -> bool:
            # Whatever is raised here the runtime swallows, so nothing here can raise. True stops it.
            put(chunk)
            return job.cancelled or self._closing

        server.handle_chat_completions(
            {
                **job.request,
                "stream": True,
                "stream_options": {"include_usage": True},
                "return_progress": True,  # so that `take` is asked between the batches of a long prompt
            },
            take,
        )

    def _unwanted(self, job: Job) -> bool:
        return job.cancelled or self._closing


class _InterruptsIgnored:
    """Ctrl-C does nothing in this block, where Python allows to arrange that: in the main thread."""

    def __enter__(self) -> None:
        self._before: Any = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __exit__(self, *exc_info: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


def _failure(error: Exception) -> ProviderResponseError:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    failure = ProviderResponseError(f"The embedded runtime failed: {reason}.", hint="Ask again.")
    failure.__cause__ = error
    return failure


def chat(
    request: dict[str, Any], progress: Callable[[int, int], None] | None = None
) -> Generator[dict[str, Any] | None, None, None]:
    """Yield the runtime's chunks; get the weights and load the model first if that is still to be done.

    A last None says that the call was cancelled from another thread. Closing the generator cancels too.

    Raises:
        ProviderSetupError: the runtime or the weights cannot be had, or this is a forked child.
        ProviderResponseError: the runtime failed.
    """
    _runtime.check()
    engine = _engine()
    stop = threading.Event()
    scope = current_scope()
    forget = scope.add(stop.set) if scope else None
    try:
        path = _weights.find(engine.loaded)
        if path is None:
            # A library that is missing shall not be found out after a download of 93 MB.
            yield from _run(engine, Job())
            path = _weights.fetch(progress, stop)
        if path is not None:
            yield from _run(engine, Job(path, request))
        if stop.is_set():
            yield None
    finally:
        if forget is not None:
            forget()


def _run(engine: Engine, job: Job) -> Iterator[dict[str, Any]]:
    scope = current_scope()
    forget = scope.add(job.cancel) if scope else None
    try:
        engine.submit(job)
        yield from job.chunks(engine)
    finally:
        job.cancel()
        if forget is not None:
            forget()


# --- one engine per process ---------------------------------------------------------------------

_lock = threading.Lock()
_the_engine: Engine | None = None
_forked = False


def _engine() -> Engine:
    global _the_engine  # noqa: PLW0603 - one per process is what it is for
    if _forked:
        raise _forked_error()
    with _lock:
        if _the_engine is None:
            try:
                _the_engine = Engine()
            except RuntimeError as error:
                raise ProviderSetupError(
                    f"The embedded model's thread cannot be started: {error}.",
                    hint="Ask before the program ends, and with fewer threads.",
                ) from error
        return _the_engine


def _after_fork_in_child() -> None:
    global _lock, _forked  # noqa: PLW0603 - see _engine
    _lock = threading.Lock()  # another thread of the parent may have held it
    if _the_engine is not None:
        _forked = True
        _skip_native_destructors()


def _skip_native_destructors() -> None:
    """Let this forked child end: at ``exit()`` the runtime's destructors wait for threads it does not have.

    glibc's `on_exit` has the C function `_exit` called first, with the exit code. By then Python has run
    its own handlers and flushed its files. `multiprocessing` leaves with `os._exit`, which needs no help.
    """
    with contextlib.suppress(ImportError, OSError, TypeError, AttributeError):  # no glibc
        import ctypes

        libc = ctypes.CDLL(None)
        libc.on_exit(libc._exit, None)


def _forked_error() -> ProviderSetupError:
    return ProviderSetupError(
        "The embedded model was loaded before this process was forked, and does not work in a forked child.",
        hint='Start processes with multiprocessing.get_context("spawn"), or load the model in the child only.',
    )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
