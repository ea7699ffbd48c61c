"""The import of what an entry point names."""

import io
import signal
import sys
import threading
import traceback
from typing import Any

import pytest

from g4f_lite import ProviderLoadError
from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.loader import import_plugin
from g4f_lite._core.registry.stdout_capture import capture_stdout


def claim(module: str, attr: str = "") -> EntryPointClaim:
    """A claim of a distribution."""
    return EntryPointClaim("g4f_lite.providers", "name", module, attr, "dist", "1.0", "entry_points.txt:2")


def failure(module: str, attr: str = "") -> ProviderLoadError:
    """The error of loading."""
    with pytest.raises(ProviderLoadError) as caught:
        import_plugin(claim(module, attr))
    return caught.value


@pytest.mark.parametrize(
    ("source", "reason", "line"),
    [
        ("raise ValueError('no')", "ValueError: no", 1),
        ("\nimport sys\nsys.exit('bye')", "SystemExit: bye", 3),
        ("raise BaseException", "BaseException", 1),
        ("raise GeneratorExit", "GeneratorExit", 1),
        ("\n\nx = (", "SyntaxError", 3),
        ("x = 'a\0b'", "null bytes", 1),
        ("def f():\n    return {}['k']\nf()", "KeyError: 'k'", 2),
        ("import json\njson.loads('{')", "JSONDecodeError", 2),
        ("raise MemoryError", "MemoryError", 1),
        (
            "raise ExceptionGroup('two', [ValueError()])",
            "two" if sys.version_info >= (3, 11) else "NameError",
            1,
        ),
        ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "E", 3),
    ],
)
def test_what_an_import_raises_is_one_error(site: Any, source: str, reason: str, line: int) -> None:
    """The error for any exception names the distribution, and the location in the plugin's own code."""
    site.module("raises", source)
    try:
        error = failure("raises")
    finally:
        sys.modules.pop("raises", None)
    assert reason in error.reason
    assert error.location.endswith((f"raises.py:{line}", "entry_points.txt:2" if "null" in reason else "!"))
    assert (error.distribution, error.version, error.provider) == ("dist", "1.0", "name")
    assert error.__cause__ is not None


def test_keyboard_interrupt_passes_through(site: Any) -> None:
    """Ctrl-C during an import passes through, and is not a failure of the plugin."""
    site.module("interrupts", "import signal\nsignal.raise_signal(signal.SIGINT)\n")
    with pytest.raises(KeyboardInterrupt):
        import_plugin(claim("interrupts"))


def test_the_interrupt_of_a_handler_passes_through(site: Any) -> None:
    """A program's own handler of SIGINT raises in its own code, which is not the plugin's."""

    def handler(*_: Any) -> None:
        raise KeyboardInterrupt

    site.module("interrupts_too", "import signal\nsignal.raise_signal(signal.SIGINT)\n")
    before = signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            import_plugin(claim("interrupts_too"))
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_keyboard_interrupt_of_the_plugins_own_is_a_failure(site: Any) -> None:
    """A plugin that raises `KeyboardInterrupt` itself fails like any other, without any Ctrl-C."""
    site.module("interrupts_itself", "def stop():\n    raise KeyboardInterrupt('no')\nstop()\n")
    with pytest.raises(ProviderLoadError, match="KeyboardInterrupt: no"):
        import_plugin(claim("interrupts_itself"))


def test_an_attribute_may_be_nested(site: Any) -> None:
    """``module:a.b`` is the attribute of an attribute."""
    site.module("nested", "class a:\n    b = 'the plugin'")
    assert import_plugin(claim("nested", "a.b")) == ("the plugin", "")


@pytest.mark.parametrize(
    ("module", "attr", "step"),
    [
        ("gone_module", "", "names a module that is not there"),
        ("gone_module.sub", "", "names a module that is not there"),
        ("present", "gone.deep", "'gone.deep', which is not there"),
        ("present", "here.gone", "'here.gone', which is not there"),
    ],
)
def test_an_entry_point_that_names_nothing_points_at_its_line(
    site: Any, module: str, attr: str, step: str
) -> None:
    """If no code of the plugin ran, the location is the line in the metadata."""
    site.module("present", "here = 1")
    error = failure(module, attr)
    assert error.location == "entry_points.txt:2"
    assert step in error.hint


def test_fixes_of_missing_modules_differ(site: Any) -> None:
    """A missing module of another package is to be installed; for one of its own, the plugin is to be reinstalled."""
    site.module("needs_other", "import nobody_has_this.sub")
    site.module("needs_own.__init__", "import needs_own.left_out")
    assert "pip install nobody_has_this" in failure("needs_other").hint
    assert failure("needs_own").hint.startswith("Reinstall dist")


def test_secrets_in_what_an_import_raises_are_removed(site: Any) -> None:
    """The text of an error is redacted and shortened."""
    site.module("leaks", "raise ValueError('api_key=abcdef123456 ' + 'x' * 5000)")
    error = failure("leaks")
    assert "abcdef123456" not in str(error)
    assert len(str(error)) < 600


# --- standard output --------------------------------------------------------------------------------


def test_output_of_an_import_is_captured(site: Any, capfd: Any) -> None:
    """Text, lines and bytes that an import writes to stdout are captured and returned."""
    site.module(
        "prints",
        "import sys\nprint('one', flush=True)\nsys.stdout.writelines(['two\\n'])\nsys.stdout.buffer.write(b'three')\n",
    )
    assert import_plugin(claim("prints"))[1] == "one\ntwo\nthree"
    assert capfd.readouterr() == ("", "")


def test_stdout_is_restored(site: Any) -> None:
    """After a load, successful or not, `sys.stdout` is the former object."""
    before = sys.stdout
    site.module("quiet", "")
    site.module("fails", "print('x')\nraise ValueError")
    import_plugin(claim("quiet"))
    failure("fails")
    assert sys.stdout is before


def test_a_captured_stdout_works_later(site: Any, capsys: Any) -> None:
    """Text written later to the stdout of the import, as log handlers do, reaches the real stdout."""
    site.module("keeps", "import sys\nout = sys.stdout\nraw = out.buffer")
    module, printed = import_plugin(claim("keeps"))
    module.out.write("later\n")
    module.raw.write(b"bytes\n")
    module.raw.flush()
    module.out.writelines(["lines\n"])
    assert printed == ""
    assert sorted(capsys.readouterr().out.split()) == ["bytes", "later", "lines"]


def test_the_capture_is_a_stdout_in_every_other_way(site: Any) -> None:
    """Modules import that ask stdout for its encoding, descriptor or terminal, wrap it, or try to close it."""
    site.module(
        "asks",
        "import io, sys\nassert sys.stdout.encoding\nsys.stdout.isatty()\nassert sys.stdout.writable()\n"
        "sys.stdout.close()\nsys.stdout.buffer.close()\nprint('still open')\n"
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, 'utf-8')\nprint('wrapped')\n",
    )
    before = sys.stdout
    try:
        _, printed = import_plugin(claim("asks"))
    finally:
        if sys.stdout is not before:
            sys.stdout.detach()
        sys.stdout = before
    assert printed == "still open\nwrapped\n"
    assert not before.closed


def test_writing_what_is_no_text_fails_as_ever() -> None:
    """The capture refuses bytes as a text stream does."""
    with capture_stdout(), pytest.raises(TypeError, match="must be str, not bytes"):
        sys.stdout.write(b"bytes")


def test_the_captured_text_is_bounded() -> None:
    """An import that prints without end does not fill the memory."""
    with capture_stdout() as capture:
        for _ in range(100):
            print("x" * 1000)
    assert len(capture.getvalue()) == 10_000


def test_there_may_be_no_stdout(monkeypatch: Any) -> None:
    """In a program without stdout, an import that writes to it works."""
    monkeypatch.setattr(sys, "stdout", None)
    with capture_stdout() as capture:
        sys.stdout.write("kept")
        sys.stdout.flush()
    finished = capture
    assert sys.stdout is None
    finished.write("dropped")
    finished.flush()
    assert finished.getvalue() == "kept"


def test_other_threads_print_on(monkeypatch: Any) -> None:
    """While one thread imports, the output of other threads reaches the real stdout."""
    real = io.StringIO()
    monkeypatch.setattr(sys, "stdout", real)
    with capture_stdout() as capture:
        print("mine")
        thread = threading.Thread(target=print, args=("theirs",))
        thread.start()
        thread.join()
    assert (capture.getvalue(), real.getvalue()) == ("mine\n", "theirs\n")


def test_captures_of_threads_may_end_in_any_order(monkeypatch: Any) -> None:
    """After two simultaneous imports in threads the real stdout is back, whichever ends first."""
    real = io.StringIO()
    monkeypatch.setattr(sys, "stdout", real)
    inner, outer_ended = threading.Event(), threading.Event()
    texts = []

    def second() -> None:
        with capture_stdout() as capture:
            inner.set()
            outer_ended.wait(10)
            print("second")
        texts.append(capture.getvalue())

    thread = threading.Thread(target=second)
    with capture_stdout() as capture:
        thread.start()
        inner.wait(10)
        print("first")
    outer_ended.set()
    thread.join()
    texts.append(capture.getvalue())
    assert texts == ["second\n", "first\n"]
    assert sys.stdout is real
    assert real.getvalue() == ""


@pytest.mark.parametrize(
    "source",
    [
        "import os\nraise ValueError('no ' + os.environ['ACME_API_KEY'])",
        "import os\ntry:\n    raise KeyError(os.environ['ACME_API_KEY'])\nexcept KeyError:\n    raise ValueError('no')",
    ],
    ids=["said", "context"],
)
def test_an_import_error_shows_no_key(site: Any, source: str, monkeypatch: Any) -> None:
    """The exception of an import may have a key of the environment; the load error and its causes do not."""
    monkeypatch.setenv("ACME_API_KEY", "planted-key-5512aa90")
    site.module("tells", source)
    try:
        error = failure("tells")
    finally:
        sys.modules.pop("tells", None)
    shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert "planted-key" not in f"{shown} {error!r} {vars(error)}"
    assert "no" in error.reason
