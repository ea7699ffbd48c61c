"""The look-up of keys: its sources and its cost."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite import registry
from g4f_lite._core.keys.lookup import environment_keys, find_keys, has_key, known_keys
from g4f_lite._core.keys.store import stored_entries
from g4f_lite._core.keys.store_updates import store_key

VARIABLE = "ACME_API_KEY"


def _opened(path: Path, step) -> int:
    """Count the files that `step` opens, with the interpreter's audit events."""
    count = [0]
    watching = [True]

    def audit(event: str, args: tuple) -> None:
        if watching[0] and event == "open" and str(args[0]) == str(path):
            count[0] += 1

    sys.addaudithook(audit)  # an audit hook cannot be removed, so it is disabled
    step()
    watching[0] = False
    return count[0]


def test_without_a_source_there_is_no_key(store: Path):
    """Without a variable and a store there is no key, and the look-up creates no file."""
    assert find_keys("acme", VARIABLE) == ()
    assert not has_key("acme", VARIABLE)
    assert not store.parent.exists()


def test_the_order_of_the_sources(monkeypatch: pytest.MonkeyPatch):
    """The variable comes before its plural, and that before the store; an empty variable counts as unset."""
    store_key("acme", "stored")
    assert find_keys("acme", VARIABLE) == ("stored",)
    monkeypatch.setenv("ACME_API_KEYS", "one, two")
    assert find_keys("acme", VARIABLE) == ("one", "two")
    monkeypatch.setenv(VARIABLE, " alone\n")
    assert find_keys("acme", VARIABLE) == ("alone",)
    monkeypatch.setenv(VARIABLE, " \n")
    monkeypatch.setenv("ACME_API_KEYS", " , ")
    assert find_keys("acme", VARIABLE) == ("stored",)
    assert has_key("acme", VARIABLE)
    assert environment_keys(VARIABLE) == {}


def test_further_variables_come_after_the_first(monkeypatch: pytest.MonkeyPatch):
    """The provider's further variables follow in its order, each with its plural, before the store."""
    names = (VARIABLE, "ACME_OTHER")
    store_key("acme", "stored")
    monkeypatch.setenv("ACME_OTHERS", "three, four")
    assert find_keys("acme", *names) == ("three", "four")
    monkeypatch.setenv("ACME_OTHER", "two")
    assert find_keys("acme", *names) == ("two",)
    assert find_keys("acme", VARIABLE) == ("stored",)
    monkeypatch.setenv("ACME_API_KEYS", "one")
    assert find_keys("acme", *names) == ("one",)
    assert environment_keys(*names) == {
        "ACME_API_KEYS": ("one",),
        "ACME_OTHER": ("two",),
        "ACME_OTHERS": ("three", "four"),
    }
    assert set(known_keys("acme", *names)) >= {"one", "two", "three", "four", "stored"}
    assert has_key("nobody", "NO_API_KEY", "ACME_OTHER")
    assert not has_key("nobody", "NO_API_KEY")


@pytest.mark.parametrize(
    ("provider", "first", "second"),
    [("gemini", "GOOGLE_API_KEY", "GEMINI_API_KEY"), ("cohere", "CO_API_KEY", "COHERE_API_KEY")],
)
def test_variables_of_other_clients(monkeypatch: pytest.MonkeyPatch, provider: str, first: str, second: str):
    """The variables of the official and other common clients have the key, in the official order."""
    loaded = registry.get(provider)
    monkeypatch.setenv(second, "two")
    assert find_keys(provider, *loaded.key_variables) == ("two",)
    monkeypatch.setenv(first, "one")
    assert find_keys(provider, *loaded.key_variables) == ("one",)


@given(
    keys=st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=",")), min_size=1
    ),
    glue=st.sampled_from([",", " ", ", ", "\n", "\t,\n", ",,"]),
)
def test_several_keys_in_one_variable(keys: list[str], glue: str):
    """With any separator, each key is found once, in order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACME_API_KEYS", glue.join(keys))
        assert find_keys("acme", VARIABLE) == tuple(dict.fromkeys(filter(None, keys)))


def test_full_name_has_the_keys_of_the_name():
    """``"distribution:name"`` has the keys that are stored for the name."""
    store_key("acme", "stored")
    assert find_keys("acme-plugin:acme", VARIABLE) == ("stored",)
    assert has_key("acme-plugin:acme", VARIABLE)
    assert find_keys("acme:other", "OTHER_API_KEY") == ()


def test_the_file_is_read_once_for_each_change(store: Path, monkeypatch: pytest.MonkeyPatch):
    """A thousand look-ups open the file once, a change has an effect at once, and a key in the environment opens no file."""
    store_key("acme", "one")
    store_key("acme", "two")  # this reads the file to change it, so the next look-up has to read it again

    def look() -> None:
        for _ in range(1000):
            assert find_keys("acme", VARIABLE) == ("two",)

    assert _opened(store, look) == 1
    assert _opened(store, look) == 0
    monkeypatch.setenv(VARIABLE, "mine")
    os.utime(store, ns=(1, 1))
    assert _opened(store, lambda: find_keys("acme", VARIABLE)) == 0
    monkeypatch.delenv(VARIABLE)
    assert _opened(store, look) == 1


def test_a_change_of_the_same_size_is_seen(store: Path):
    """A file that another process replaced by one of the same length is read again."""
    for number in range(50):
        store_key("acme", "a")
        assert find_keys("acme", VARIABLE) == ("a",)
        other = store.with_name("other")
        other.write_text(store.read_text().replace('"a"', f'"{number % 10}"'))
        other.chmod(0o600)
        other.replace(store)
        assert find_keys("acme", VARIABLE) == (str(number % 10),)


def test_another_folder_is_another_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The folder is determined for each look-up, so the snapshot of one store is not used for another."""
    store_key("acme", "first")
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(tmp_path / "second"))
    assert find_keys("acme", VARIABLE) == ()
    store_key("acme", "second")
    assert find_keys("acme", VARIABLE) == ("second",)
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(tmp_path / "config"))
    assert find_keys("acme", VARIABLE) == ("first",)


def test_threads_see_complete_stores():
    """While another thread changes the store, threads see one of its states as a whole."""
    store_key("acme", "0")
    stop = threading.Event()
    wrong: list[object] = []

    def look() -> None:
        while not stop.is_set():
            try:
                keys = find_keys("acme", VARIABLE)
            except Exception as error:
                wrong.append(error)
                return
            if keys != tuple(map(str, range(len(keys)))) or not keys:
                wrong.append(keys)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 30):
        store_key("acme", str(number), add=True)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert find_keys("acme", VARIABLE) == tuple(map(str, range(30)))


def test_known_keys_are_those_of_all_read_sources(monkeypatch: pytest.MonkeyPatch):
    """The keys to omit from errors are all keys, used or not; finding them reads no file."""
    store_key("acme", "stored-key")
    stored_entries()
    monkeypatch.setenv(VARIABLE, "single-key")
    monkeypatch.setenv("ACME_API_KEYS", "first-key, second-key")
    assert set(known_keys("x:acme", VARIABLE)) >= {"single-key", "first-key", "second-key", "stored-key"}


def test_look_up_imports_nothing_unneeded(store: Path):
    """Without a file, neither the parser of its format nor the writer is imported."""
    code = (
        "import sys\nfrom g4f_lite._core.keys.lookup import find_keys\nfind_keys('acme', 'ACME_API_KEY')\n"
        "print(sorted({'json', 'tempfile', 'keyring', 'fcntl', 'g4f_lite._core.keys.private_file'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_no_home_folder_is_no_store(tmp_path: Path):
    """Without a home folder there are no keys, and a folder that cannot be entered has none either."""
    code = "from g4f_lite._core.keys.lookup import find_keys\nprint(find_keys('acme', 'ACME_API_KEY'))"
    env = {**os.environ, "G4F_LITE_CONFIG_DIR": "~nobody-of-this-name/config"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "()\n"
    (tmp_path / "file").touch()
    env["G4F_LITE_CONFIG_DIR"] = str(tmp_path / "file" / "config")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "()\n"


def test_the_records_of_the_store_show_no_key():
    """The `repr` of the store's own records has no key."""
    store_key("acme", "planted-key")
    assert "planted-key" not in repr(stored_entries())
    assert json.dumps(list(stored_entries())) == '["acme"]'
