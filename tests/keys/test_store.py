"""The file of the key store: its permissions, and failures."""

import json
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from g4f_lite import InvalidArgumentError
from g4f_lite._core.keys.lookup import find_keys, has_key
from g4f_lite._core.keys.store_format import key_fault
from g4f_lite._core.keys.store_updates import remove_keys, store_key
from g4f_lite.errors import KeyStoreError

VARIABLE = "ACME_API_KEY"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _write(store: Path, content: bytes, mode: int = 0o600) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_bytes(content)
    store.chmod(mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_it(store: Path, mask: int):
    """The file has the mode 0600 and its folder 0700, whatever the process's umask is, and there is no other file."""
    before = os.umask(mask)
    try:
        store_key("acme", "one")
        store_key("acme", "two")
    finally:
        os.umask(before)
    assert (_mode(store), _mode(store.parent)) == (0o600, 0o700)
    assert sorted(path.name for path in store.parent.iterdir()) == ["keys.json", "keys.json.lock"]
    assert _mode(store.with_name("keys.json.lock")) == 0o600


def test_keys_are_stored_added_and_removed(store: Path):
    """A key replaces the stored ones or is added to them; removing affects only one provider."""
    assert store_key("acme", "one").number == 1
    assert store_key("acme", "two", add=True).keys == ("one", "two")
    assert store_key("acme", "two", add=True).number == 2
    store_key("other", "three")
    assert json.loads(store.read_text()) == {
        "version": 1,
        "keys": {"acme": ["one", "two"], "other": ["three"]},
    }
    assert store_key("acme", "four").keys == ("four",)
    assert remove_keys("acme") == 1
    assert remove_keys("acme") == 0
    assert find_keys("other", "OTHER_API_KEY") == ("three",)


def test_removing_from_a_missing_store_creates_nothing(store: Path):
    """Without a store, removing returns 0 and creates no folder."""
    assert remove_keys("acme") == 0
    assert not store.parent.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o610, 0o777])
def test_a_file_that_others_may_access_is_refused(store: Path, mode: int):
    """A file that other users may access is neither read nor written; the error has a fix."""
    _write(store, b'{"version": 1, "keys": {"acme": ["planted-key"]}}', mode)
    for step in (
        lambda: find_keys("acme", VARIABLE),
        lambda: has_key("acme", VARIABLE),
        lambda: store_key("acme", "new"),
        lambda: remove_keys("acme"),
    ):
        with pytest.raises(KeyStoreError, match=f"chmod 600 {store}") as caught:
            step()
        assert "planted-key" not in str(caught.value)
    assert b"planted-key" in store.read_bytes()
    store.chmod(0o600)
    assert find_keys("acme", VARIABLE) == ("planted-key",)


DAMAGED = {
    "cut": b'{"version": 1, "keys": {"acme": ["planted-key"',
    "empty": b"",
    "no-utf8": b'{"version": 1, "keys": {"acme": ["planted-key\xff"]}}',
    "list": b'["planted-key"]',
    "no-keys": b'{"version": 1, "key": "planted-key"}',
    "keys-list": b'{"version": 1, "keys": ["planted-key"]}',
    "later": b'{"version": 2, "keys": {"acme": ["planted-key"]}}',
    "no-version": b'{"keys": {"acme": ["planted-key"]}}',
    "text": b'{"version": 1, "keys": {"acme": "planted-key"}}',
    "none": b'{"version": 1, "keys": {"acme": []}}',
    "number": b'{"version": 1, "keys": {"acme": [7, "planted-key"]}}',
    "blank": b'{"version": 1, "keys": {"acme": ["planted-key "]}}',
    "two-lines": b'{"version": 1, "keys": {"acme": ["planted-key\\nX-Evil: 1"]}}',
    "no-number": b'{"version": 1, "keys": {"acme": {"keyring": true}}}',
    "zero": b'{"version": 1, "keys": {"acme": {"keyring": 0}}}',
    "deep": b"[" * 200_000,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_reported_and_unchanged(store: Path, content: bytes):
    """The error for a damaged file names it and shows no part of it, and nothing is overwritten."""
    _write(store, content)
    for step in (
        lambda: find_keys("acme", VARIABLE),
        lambda: store_key("other", "new"),
        lambda: remove_keys("acme"),
    ):
        with pytest.raises(KeyStoreError, match="is damaged") as caught:
            step()
        assert str(store) in str(caught.value)
        assert caught.value.__context__ is None  # the JSON decoder's exception has the whole file
        assert b"planted-key" not in pickle.dumps(caught.value)
    assert store.read_bytes() == content


def test_a_store_has_to_be_a_plain_file(store: Path):
    """A pipe at the file's path does not block, and neither it, a folder nor a huge file is read."""
    store.parent.mkdir()
    os.mkfifo(store, 0o600)
    with pytest.raises(KeyStoreError, match="no plain file"):
        find_keys("acme", VARIABLE)
    store.unlink()
    store.mkdir(0o700)
    with pytest.raises(KeyStoreError, match="no plain file"):
        find_keys("acme", VARIABLE)
    store.rmdir()
    _write(store, b" " * 1_000_001)
    with pytest.raises(KeyStoreError, match="larger"):
        find_keys("acme", VARIABLE)


def test_a_linked_file_is_followed_and_stays_linked(store: Path, tmp_path: Path):
    """A symbolic link is followed, checked by its target, and is still a link after a change."""
    real = tmp_path / "dotfiles" / "secret.json"
    _write(real, b'{"version": 1, "keys": {"acme": ["one"]}}')
    store.parent.mkdir()
    store.symlink_to(real)
    assert find_keys("acme", VARIABLE) == ("one",)
    store_key("acme", "two", add=True)
    assert store.is_symlink()
    assert find_keys("acme", VARIABLE) == ("one", "two")
    assert json.loads(real.read_text())["keys"] == {"acme": ["one", "two"]}
    assert _mode(real) == 0o600
    real.chmod(0o644)
    with pytest.raises(KeyStoreError, match="chmod 600"):
        find_keys("acme", VARIABLE)


def test_a_link_to_nothing_is_no_store_until_it_is_written(store: Path, tmp_path: Path):
    """A link to a missing target is an empty store, and the first key creates the target."""
    store.parent.mkdir()
    store.symlink_to(tmp_path / "later" / "keys.json")
    assert find_keys("acme", VARIABLE) == ()
    store_key("acme", "one")
    assert (tmp_path / "later" / "keys.json").is_file()
    assert store.is_symlink()


WRITER = """
import sys
from g4f_lite._core.keys.store_updates import store_key
for number in range(int(sys.argv[2])):
    store_key(f"p{sys.argv[1]}", f"key-{number}", add=True)
    store_key("shared", f"{sys.argv[1]}-{number}", add=True)
"""


def test_writers_do_not_lose_each_others_keys():
    """Processes that write at the same time lose none of each other's keys."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(number), "15"]) for number in range(4)]
    assert [writer.wait(60) for writer in writers] == [0] * 4
    for number in range(4):
        assert find_keys(f"p{number}", "X") == tuple(f"key-{item}" for item in range(15))
    assert set(find_keys("shared", "X")) == {f"{a}-{b}" for a in range(4) for b in range(15)}


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_the_store_as_it_was(store: Path, monkeypatch: pytest.MonkeyPatch, step: str):
    """If the disk is full or the new file cannot be moved, the old file is unchanged, and there is no other."""
    store_key("acme", "one")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), full)
        with pytest.raises(KeyStoreError, match="No space left"):
            store_key("acme", "two")
    assert find_keys("acme", VARIABLE) == ("one",)
    assert sorted(path.name for path in store.parent.iterdir()) == ["keys.json", "keys.json.lock"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """If no file can be created, the error names it and the variable for another folder."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(tmp_path / "file" / "config"))
    with pytest.raises(KeyStoreError, match="G4F_LITE_CONFIG_DIR"):
        store_key("acme", "one")
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", "~nobody-of-this-name/config")
    with pytest.raises(KeyStoreError, match="no home folder"):
        store_key("acme", "one")


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("a\nb", "more than one line"),
        ("a\rb", "more than one line"),
        ("schlüssel", "ASCII"),
        ("a\x00b", "ASCII"),
        ("a\x1bb", "ASCII"),
        ("a\u2028b", "ASCII"),
        (" planted", "blanks"),
        ("a" * 8193, "more than 8192"),
    ],
)
def test_an_invalid_key_is_not_stored(store: Path, key: str, fault: str):
    """Text that cannot be sent as a key is refused with the reason, without showing it; no file is created."""
    assert fault in key_fault(key)
    with pytest.raises(InvalidArgumentError, match=fault) as caught:
        store_key("acme", key)
    assert not key.strip() or key not in str(caught.value)
    assert not store.exists()


def test_a_key_may_have_every_printable_character():
    """Every printable ASCII character can be in a key, and is read as it was stored."""
    key = "".join(map(chr, range(33, 127)))
    assert key_fault(key) == ""
    store_key("acme", key)
    assert find_keys("acme", VARIABLE) == (key,)
