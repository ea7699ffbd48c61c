"""Keys in the system's keyring, with the real package `keyring` and backends that are not mocks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from g4f_lite._core.keys.lookup import find_keys, has_key, known_keys
from g4f_lite._core.keys.store import stored_entries
from g4f_lite._core.keys.store_updates import remove_keys, store_key
from g4f_lite.errors import InvalidArgumentError, KeyStoreError, MissingExtraError

VARIABLE = "ACME_API_KEY"

BACKEND = '''
import json, os
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

class FileKeyring(KeyringBackend):
    """Keeps passwords in a plain file, as a keyring that is unlocked would keep them."""
    priority = 9

    def _all(self):
        try:
            with open(os.environ["TEST_KEYRING"]) as opened:
                return json.load(opened)
        except FileNotFoundError:
            return {}

    def _keep(self, all):
        with open(os.environ["TEST_KEYRING"], "w") as opened:
            json.dump(all, opened)

    def get_password(self, service, username):
        return self._all().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        if os.environ.get("TEST_KEYRING_FAILS"):
            raise RuntimeError(f"cannot keep {password}")
        self._keep({**self._all(), f"{service}/{username}": password})

    def delete_password(self, service, username):
        all = self._all()
        if all.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("none")
        self._keep(all)
'''


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The content of the keyring, as a file."""
    keyring = pytest.importorskip("keyring")
    folder = tmp_path / "plugins"
    folder.mkdir(exist_ok=True)
    (folder / "test_file_keyring.py").write_text(BACKEND)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "kept.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "test_file_keyring.FileKeyring")
    monkeypatch.delitem(sys.modules, "test_file_keyring", raising=False)
    from test_file_keyring import FileKeyring

    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    monkeypatch.setattr("keyring.core._keyring_backend", keyring.get_keyring())
    yield tmp_path / "kept.json"
    keyring.set_keyring(before)


def test_keys_in_the_keyring(kept: Path, store: Path):
    """The keyring has the keys, and the file only their number; they are found, and `has_key` reads only the file."""
    store_key("acme", "one", place="keyring")
    store_key("acme", "two", add=True)  # the place of the other keys
    assert json.loads(kept.read_text()) == {"g4f-lite/acme": "one\ntwo"}
    assert json.loads(store.read_text())["keys"] == {"acme": {"keyring": 2}}
    assert find_keys("acme", VARIABLE) == ("one", "two")
    assert set(known_keys("acme", VARIABLE)) == {"one", "two"}
    kept.unlink()
    assert find_keys("acme", VARIABLE) == ("one", "two")  # read once per change
    assert has_key("acme", VARIABLE)
    assert repr(stored_entries()["acme"]) == "StoreEntry(2 in the keyring)"
    remove_keys("acme")
    assert json.loads(store.read_text())["keys"] == {}


def test_keys_move_between_the_places(kept: Path, store: Path, monkeypatch: pytest.MonkeyPatch):
    """A provider's keys are in one place: storing them in the other one moves them."""
    store_key("acme", "one")
    store_key("acme", "two", add=True, place="keyring")
    assert "one" not in store.read_text()
    assert find_keys("acme", VARIABLE) == ("one", "two")
    store_key("acme", "three", add=True, place="file")
    assert json.loads(kept.read_text()) == {}
    assert find_keys("acme", VARIABLE) == ("one", "two", "three")
    monkeypatch.setenv("G4F_LITE_KEYS", "keyring")
    store_key("acme", "four", add=True)
    store_key("other", "five")
    assert json.loads(kept.read_text()) == {"g4f-lite/other": "five"}
    assert remove_keys("other") == 1
    assert json.loads(kept.read_text()) == {}


def test_a_keyring_that_lost_its_keys_has_none(kept: Path):
    """If another program has removed the keys from the keyring, there are none, and they can be removed and set."""
    store_key("acme", "one", place="keyring")
    kept.unlink()
    assert find_keys("acme", VARIABLE) == ()
    assert remove_keys("acme") == 1
    store_key("acme", "two", place="keyring")
    assert find_keys("acme", VARIABLE) == ("two",)


def test_a_keyring_that_fails(kept: Path, store: Path, monkeypatch: pytest.MonkeyPatch):
    """An exception of a backend becomes one error without the key, and the file is unchanged."""
    monkeypatch.setenv("TEST_KEYRING_FAILS", "1")
    with pytest.raises(KeyStoreError, match="RuntimeError") as caught:
        store_key("acme", "planted-key", place="keyring")
    assert "planted-key" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert not store.exists()


@pytest.mark.usefixtures("kept")
def test_a_keyring_that_stores_nothing(store: Path):
    """A backend that drops its keys, as keyring's own null backend does, is detected at once."""
    import keyring
    from keyring.backends import fail, null

    for backend in (null.Keyring(), fail.Keyring()):
        keyring.set_keyring(backend)
        with pytest.raises(KeyStoreError, match="keyring diagnose"):
            store_key("acme", "one", place="keyring")
    assert not store.exists()


def test_without_the_package(store: Path, monkeypatch: pytest.MonkeyPatch):
    """Without the extra, an error names it; keys in the keyring count as present."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingExtraError, match=r"g4f-lite\[keyring\]"):
        store_key("acme", "one", place="keyring")
    assert not store.exists()
    store_key("other", "two")
    store.write_text('{"version": 1, "keys": {"acme": {"keyring": 1}}}')
    assert has_key("acme", VARIABLE)
    with pytest.raises(MissingExtraError, match="keyring"):
        find_keys("acme", VARIABLE)


def test_an_invalid_place(monkeypatch: pytest.MonkeyPatch):
    """A wrong G4F_LITE_KEYS is refused when it is needed, with its name and the valid values."""
    monkeypatch.setenv("G4F_LITE_KEYS", "cloud")
    with pytest.raises(InvalidArgumentError, match="`file` or `keyring`"):
        store_key("acme", "one")
    store_key("acme", "one", place="file")


def test_the_command_uses_it(kept: Path, run, add_provider):
    """`keys set --keyring` stores the key in the keyring, and `keys list` shows that without opening it."""
    add_provider("acme")
    done = run("keys", "set", "acme", "--keyring", stdin="planted-key\n")
    assert (done.returncode, done.stderr) == (0, "g4f-lite: the system's keyring has one key of 'acme' now\n")
    assert json.loads(kept.read_text()) == {"g4f-lite/acme": "planted-key"}
    kept.unlink()
    assert run("keys", "list").stdout.splitlines()[1].split(None, 3) == [
        "acme",
        "1",
        "yes",
        "system's keyring",
    ]


def test_the_package_is_imported_on_use():
    """No module of g4f_lite imports the package before a keyring is used."""
    code = "import sys, g4f_lite._core.keys.store_updates, g4f_lite._core.keys.lookup; print('keyring' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == "False\n"
