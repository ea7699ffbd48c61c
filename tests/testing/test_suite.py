"""The contract suite and the pytest plugin, in a pytest run of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # pytest in child processes

PARROT = """\
from collections.abc import Iterator

url = "https://parrot.example"
model = ["parrot-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.parrot supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool) -> Iterator[str]:
    yield messages[-1]["content"]
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "parrot.py").write_text(PARROT)
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-v", "-W", "error", "-p", "no:cacheprovider", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return result.returncode, result.stdout + result.stderr


def test_three_lines_are_enough(folder):
    """A class with a provider runs the suite; tests that need a wire are skipped with a reason."""
    (folder / "test_parrot.py").write_text(
        "from g4f_lite.testing import ProviderContract\n"
        "class TestParrot(ProviderContract):\n"
        "    provider = 'parrot.py'\n"
    )
    code, output = run(folder, "-rs")
    assert code == 0, output
    assert "no `wire` says how to point the provider at a loopback server" in output


@pytest.mark.parametrize("provider", ["parrot.py", "yqcloud"])
def test_option_needs_no_test_file(folder, provider):
    """`--g4f-lite-provider` runs only the suite, for a file and for an installed provider."""
    (folder / "test_other.py").write_text("def test_other(): raise AssertionError\n")
    code, output = run(folder, "--g4f-lite-provider", provider, "--g4f-lite-static")
    assert code == 0, output
    assert f"test_verdict_is_valid[{provider}] PASSED" in output
    assert "test_other" not in output


def test_option_can_be_repeated_and_combined_with_paths(folder):
    """Several providers run one after the other, in addition to the paths given."""
    (folder / "test_other.py").write_text("def test_other(): pass\n")
    code, output = run(
        folder,
        "test_other.py",
        "--g4f-lite-provider",
        "parrot.py",
        "--g4f-lite-provider",
        "no-such-one",
    )
    assert code == 1
    assert "test_other PASSED" in output
    assert "test_verdict_is_valid[parrot.py] PASSED" in output
    assert "test_verdict_is_valid[no-such-one] FAILED" in output
    assert "There is no provider 'no-such-one'" in output


def test_suite_can_be_named_as_a_package(folder):
    """The suite runs once if it is also named by its module."""
    code, output = run(
        folder,
        "--pyargs",
        "g4f_lite.testing.suite",
        "--g4f-lite-provider",
        "parrot.py",
        "-k",
        "verdict",
    )
    assert code == 0, output
    assert "1 passed" in output


def test_class_without_a_provider_says_what_to_set(folder):
    """A subclass without a provider fails with the name of the attribute to set."""
    (folder / "test_x.py").write_text(
        "from g4f_lite.testing import ProviderContract\nclass TestX(ProviderContract):\n    pass\n"
    )
    code, output = run(folder, "-k", "verdict")
    assert code == 1
    assert "Set `provider` in TestX" in output


def test_base_class_is_not_collected(folder):
    """Importing the suite's class into a test file does not collect it."""
    (folder / "test_x.py").write_text("from g4f_lite.testing import ProviderContract\n")
    assert run(folder)[0] == pytest.ExitCode.NO_TESTS_COLLECTED


OVERRIDES = """\
import pytest
from g4f_lite.testing import ProviderContract

class TestFlagged(ProviderContract):
    provider = "parrot.py"

    @pytest.mark.xfail(reason="upstream is known to be late", strict=True)
    def test_prints_nothing(self):
        raise AssertionError

class TestHollow(ProviderContract):
    provider = "parrot.py"

    def test_prints_nothing(self):
        pass

class TestEmpty(ProviderContract):
    provider = "parrot.py"
    test_models_are_names = None

class TestNoReason(ProviderContract):
    provider = "parrot.py"

    @pytest.mark.xfail
    def test_prints_nothing(self):
        raise AssertionError
"""


def test_overridden_test_fails_the_suite(folder):
    """A test that is overridden without an xfail and a reason fails the suite by name."""
    (folder / "test_overrides.py").write_text(OVERRIDES)
    _, output = run(folder, "-k", "overridden")
    assert "TestFlagged::test_no_test_is_overridden PASSED" in output
    for name in ("TestHollow", "TestEmpty", "TestNoReason"):
        assert f"{name}::test_no_test_is_overridden FAILED" in output
    assert "TestHollow.test_prints_nothing: a test of the contract is overridden" in output
    assert "TestEmpty.test_models_are_names" in output


def test_provider_that_needs_its_service_is_not_called(folder):
    """With `offline = False` and no wire, tests with a call are skipped with a reason."""
    (folder / "parrot.py").write_text(PARROT.replace('yield messages[-1]["content"]', "1 / 0; yield ''"))
    (folder / "test_x.py").write_text(
        "from g4f_lite.testing import ProviderContract\n"
        "class TestX(ProviderContract):\n    provider = 'parrot.py'\n    offline = False\n"
    )
    code, output = run(folder, "-rs")
    assert code == 0, output
    assert "give the suite a `wire`" in output


def test_provider_that_cannot_be_used_fails_once(folder):
    """A broken provider fails the verdict with all problems; tests that need it are skipped."""
    (folder / "broken.py").write_text("url = 1\nmodel = 'x'\n")
    code, output = run(folder, "--g4f-lite-provider", "broken.py", "-rs")
    assert code == 1
    for problem in (
        "broken.py:1",
        "`supports_stream` is missing",
        "`model` is the string",
        "`_create_completion` is missing",
    ):
        assert problem in output
    assert "test_verdict_is_valid says why" in output
    assert "1 failed" in output


def test_network_is_forbidden_to_the_provider(folder):
    """A provider that uses the network in an offline suite fails with the address."""
    reach = 'import socket; socket.create_connection(("example.org", 80)); yield ""'
    (folder / "parrot.py").write_text(PARROT.replace('yield messages[-1]["content"]', reach))
    code, output = run(folder, "--g4f-lite-provider", "parrot.py", "-k", "yields_text")
    assert code == 1
    assert "something wanted to reach example.org:80" in output


FIXTURES = """\
import socket
import pytest
from g4f_lite import ChatCompletion
from g4f_lite.testing import NetworkForbiddenError, Reply, ScriptedProvider

ASK = [{"role": "user", "content": "Hi"}]

def test_registry(g4f_lite_registry):
    assert g4f_lite_registry.names() == ()
    g4f_lite_registry.register(ScriptedProvider(["Hi"]), name="scripted")
    assert ChatCompletion.create(provider="scripted", messages=ASK) == "Hi"

def test_upstream(g4f_lite_upstream):
    g4f_lite_upstream.script(Reply(["Hel", "lo"]))
    url = g4f_lite_upstream.url
    assert ChatCompletion.create(provider="yqcloud", messages=ASK, base_url=url) == "Hello"

def test_no_network(g4f_lite_no_network):
    with pytest.raises(NetworkForbiddenError):
        socket.getaddrinfo("example.org", 80)
"""


def test_fixtures_are_there(folder):
    """An installed g4f_lite provides its fixtures in every pytest run."""
    (folder / "test_fixtures.py").write_text(FIXTURES)
    code, output = run(folder)
    assert code == 0, output
    assert "3 passed" in output
