"""The engine: one thread that holds the model and answers calls in their order.

Only that thread uses the runtime. The callers wait on queues, so Ctrl-C and a cancel reach them at any time,
and the queue of jobs is a fair lock that a caller can leave while it waits.

If the interpreter ends while the runtime works, the process aborts: the thread returns from native code into an
interpreter that does not exist any more. So a handler at exit stops the work and joins the thread. A forked
child has the model's memory and not its threads; it gets an error instead of waiting forever.
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
from g4f_lite_providers.local import runtime, weights

__all__ = ["Engine", "Job", "stream_chat"]

_POLL_SECONDS = 0.5
"""Seconds between two checks of a waiting caller that the engine is alive; on Windows, also the delay of Ctrl-C."""

_EXIT_SECONDS = 30.0
"""Seconds that the end of the interpreter waits: a load can be slow; a batch of the prompt takes half a second."""


class Job:
    """A request to the engine, and the queue for its chunks. Thread-safe.

    Args:
        path: the file of the model, or None to import the runtime only.
        request: a chat request in OpenAI's shape.
    """

    __slots__ = ("_queue", "is_cancelled", "path", "request")

    def __init__(self, path: Path | None = None, request: dict[str, Any] | None = None) -> None:
        self.path = path
        self.request = request
        self.is_cancelled = False
        # `SimpleQueue.put` is reentrant, and other queues' is not: the garbage collector can cause a cancel
        # while the same thread is in a `put`.
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def cancel(self) -> None:
        """Stop the work within one token, and wake the waiting caller. Never blocks."""
        self.is_cancelled = True
        self._queue.put(None)

    def put(self, item: dict[str, Any] | Exception | None) -> None:
        """Add a chunk, the error that has ended the work, or None for its end."""
        self._queue.put(item)

    def chunks(self, engine: "Engine") -> Iterator[dict[str, Any]]:
        """Yield the chunks as they arrive, until the work ends or the job is cancelled. Blocks.

        Raises:
            ProviderError: the work has ended with this error, or the engine is not alive.
        """
        while not self.is_cancelled:
            try:
                item = self._queue.get(timeout=_POLL_SECONDS)
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
        self._is_closing = False
        self._pid = os.getpid()
        self.loaded: Path | None = None
        # A daemon, because the interpreter waits for other threads before it runs the handlers at exit.
        self._thread = threading.Thread(target=self._run, name="g4f-lite-local", daemon=True)
        self._thread.start()
        # Twice: if Ctrl-C interrupts the first before it has started, Python runs the second.
        atexit.register(self.close)
        atexit.register(self.close)

    def submit(self, job: Job) -> None:
        """Add a job at the end of the queue."""
        self._jobs.put(job)

    def check_alive(self) -> None:
        """Check that the engine can still answer.

        Raises:
            ProviderSetupError: this is a forked child, or the program is ending.
        """
        if os.getpid() != self._pid:
            raise _forked_error()
        if not self._thread.is_alive():
            raise ProviderSetupError("The embedded model was shut down.", hint="Ask before the program ends.")

    def close(self) -> None:
        """Stop the work and wait for the thread. Runs at exit. Blocks, and Ctrl-C does not interrupt it."""
        while True:
            try:
                self._close()
                return
            except KeyboardInterrupt:
                continue

    def _close(self) -> None:
        if os.getpid() != self._pid:
            return
        self._is_closing = True
        self._jobs.put(None)
        with _IgnoredInterrupts():
            self._thread.join(_EXIT_SECONDS)

    def _run(self) -> None:
        # The server has to be a local variable: a forked child never leaves this frame, so the server is not
        # destroyed there. Its destructor would wait for threads that the child does not have.
        server: Any = None
        while (job := self._jobs.get()) is not None:
            try:
                if job.path is not None and job.path != self.loaded and not self._is_unwanted(job):
                    server = self.loaded = None  # First, so that one model at a time is in memory.
                    server = runtime.load_model(job.path)
                    self.loaded = job.path
                self._process_job(job, server)
            except ProviderError as error:
                job.put(error)
            except Exception as error:
                job.put(_runtime_error(error))
            # At exit the threads of the callers end too: they need no end of the chunks.
            if not self._is_closing:
                job.put(None)
            del job  # Otherwise the last chunks would stay in memory until the next call.

    def _process_job(self, job: Job, server: Any) -> None:
        if self._is_unwanted(job):
            return
        if job.request is None:
            runtime.import_runtime()
            return
        put = job.put

        def on_chunk(chunk: dict[str, Any]) -> bool:
            # The runtime ignores exceptions, so this must not raise any. True stops the runtime.
            put(chunk)
            return job.is_cancelled or self._is_closing

        server.handle_chat_completions(
            {
                **job.request,
                "stream": True,
                "stream_options": {"include_usage": True},
                "return_progress": True,  # Calls `on_chunk` between the batches of a long prompt.
            },
            on_chunk,
        )

    def _is_unwanted(self, job: Job) -> bool:
        return job.is_cancelled or self._is_closing


class _IgnoredInterrupts:
    """A context manager that ignores Ctrl-C. In other threads than the main thread it does nothing."""

    def __enter__(self) -> None:
        self._previous_handler: Any = None
        if threading.current_thread() is threading.main_thread():
            self._previous_handler = signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __exit__(self, *exc_info: object) -> None:
        if self._previous_handler is not None:
            signal.signal(signal.SIGINT, self._previous_handler)


def _runtime_error(error: Exception) -> ProviderResponseError:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    failure = ProviderResponseError(f"The embedded runtime failed: {reason}.", hint="Ask again.")
    failure.__cause__ = error
    return failure


def stream_chat(
    request: dict[str, Any], progress: Callable[[int, int], None] | None = None
) -> Generator[dict[str, Any] | None, None, None]:
    """Yield the runtime's chunks. Fetches the weights and loads the model if necessary.

    A None at the end means that another thread has cancelled the call. Closing the generator cancels it too.

    Raises:
        ProviderSetupError: the runtime or the weights are not available, or this is a forked child.
        ProviderResponseError: the runtime has failed.
    """
    runtime.check_runtime()
    engine = _get_engine()
    stop = threading.Event()
    scope = current_scope()
    remove_callback = scope.add(stop.set) if scope else None
    try:
        path = weights.find_weights(engine.loaded)
        if path is None:
            # Import the runtime first: a missing library has to be reported before a download of 93 MB.
            yield from _run_job(engine, Job())
            path = weights.fetch_weights(progress, stop)
        if path is not None:
            yield from _run_job(engine, Job(path, request))
        if stop.is_set():
            yield None
    finally:
        if remove_callback is not None:
            remove_callback()


def _run_job(engine: Engine, job: Job) -> Iterator[dict[str, Any]]:
    scope = current_scope()
    remove_callback = scope.add(job.cancel) if scope else None
    try:
        engine.submit(job)
        yield from job.chunks(engine)
    finally:
        job.cancel()
        if remove_callback is not None:
            remove_callback()


# --- one engine per process ---------------------------------------------------------------------

_lock = threading.Lock()
_current_engine: Engine | None = None
_is_forked = False


def _get_engine() -> Engine:
    global _current_engine  # noqa: PLW0603 - there is one engine per process
    if _is_forked:
        raise _forked_error()
    with _lock:
        if _current_engine is None:
            try:
                _current_engine = Engine()
            except RuntimeError as error:
                raise ProviderSetupError(
                    f"The embedded model's thread cannot be started: {error}.",
                    hint="Ask before the program ends, and with fewer threads.",
                ) from error
        return _current_engine


def _reset_forked_child() -> None:
    global _lock, _is_forked  # noqa: PLW0603 - see `_get_engine`
    _lock = threading.Lock()  # Another thread of the parent may have held the old one.
    if _current_engine is not None:
        _is_forked = True
        _skip_native_destructors()


def _skip_native_destructors() -> None:
    """Let a forked child exit: at ``exit()`` the runtime's destructors wait for threads that it does not have.

    glibc's `on_exit` makes ``exit()`` call the C function `_exit` first, with the exit code. By then Python has
    run its own handlers and flushed its files. `multiprocessing` leaves with `os._exit`, which runs no
    destructors.
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
    os.register_at_fork(after_in_child=_reset_forked_child)
