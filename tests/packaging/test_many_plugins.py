"""Five hundred plugins at once."""

import zipfile
from typing import Any

import pytest

pytestmark = pytest.mark.packages

COUNT = 500

GOOD = """
url = "https://example.org"
model = ["{name}-model"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello from {name}"
"""

# Number of the plugin, its source, what asking for it comes to, and a word of the error.
BROKEN = {
    50: ("raise RuntimeError('number 50')", "ProviderLoadError", "number 50"),
    100: ("import nobody_has_this", "ProviderLoadError", "nobody_has_this"),
    150: ("def broken(:", "ProviderLoadError", "SyntaxError"),
    200: ("import sys\nsys.exit(1)", "ProviderLoadError", "SystemExit"),
    250: ("url = 5", "InvalidProviderError", "`model` is missing"),
    300: (GOOD.replace("model: str, messages", "messages"), "InvalidProviderError", "no parameter `model`"),
    350: (GOOD.replace("model: str", "model: int"), "InvalidProviderError", "hinted as `int`"),
}

SCRIPT = """
import sys, time
from g4f_lite import ChatCompletion, G4FLiteError, registry

numbers = [int(number) for number in sys.argv[2:]]


def plugins():
    return sorted(name for name in sys.modules if name.startswith("crowd_"))


def timed(action):
    start = time.perf_counter()
    action()
    return round((time.perf_counter() - start) * 1000, 1)


def attempt(number):
    try:
        registry.get(f"crowd_{number}")
    except G4FLiteError as error:
        return [type(error).__name__, str(error)]


ms = {"first get": timed(lambda: registry.get("crowd_7"))}
result = {"after get": plugins()}
ms["infos"] = timed(registry.infos)
ms["infos again"] = timed(registry.infos)
result["after infos"] = plugins()
infos = [info for info in registry.infos() if not info.builtin]
result["infos"] = len(infos)
result["models"] = sum(info.models == (f"{info.name}-model",) for info in infos)
result["states"] = sorted({info.state for info in infos})
result["answer"] = ChatCompletion.create(model="crowd_499-model", messages=[{"role": "user", "content": "?"}])
result["after answer"] = plugins()
result["broken"] = {number: attempt(number) for number in numbers}
ms["refresh"] = timed(registry.refresh)
result["ms"] = ms
"""


@pytest.fixture(scope="session")
def thronged(environment_with: Any, pack: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An environment with 500 plugin distributions, each as pip leaves it: their wheels, unpacked.

    Pip would take half a minute for them; what it installs is in `test_installed_plugins`.
    """
    environment = environment_with(tmp_path_factory.mktemp("thronged"))
    folder = tmp_path_factory.mktemp("wheels")
    for number in range(COUNT):
        with zipfile.ZipFile(pack(folder, f"crowd_{number}", _files(number))) as wheel:
            wheel.extractall(environment.packages)
    return environment


def _files(number: int) -> dict[str, bytes]:
    name = f"crowd_{number}"
    source = BROKEN[number][0] if number in BROKEN else GOOD
    return {
        f"{name}.py": source.replace("{name}", name).encode(),
        "entry_points.txt": f"[g4f_lite.providers]\n{name} = {name}\n".encode(),
    }


@pytest.fixture(scope="session")
def found(thronged: Any) -> Any:
    """What one process finds there; how long it took stands beside it, for whoever reads the report."""
    found = thronged.run(SCRIPT, *BROKEN)
    print("milliseconds with 500 plugins:", found["ms"])
    return found


def test_the_first_get_imports_exactly_one_plugin(found: Any) -> None:
    """Getting one of 500 providers imports that one."""
    assert found["after get"] == ["crowd_7"]


def test_listing_imports_nothing_and_knows_everything(found: Any) -> None:
    """Of 500 plugins all literal constants are known, and none of them is imported for that."""
    assert found["after infos"] == ["crowd_7"]
    assert found["infos"] == COUNT
    # Three of the broken ones have no constants to read: two are good but for their signature.
    assert found["models"] == COUNT - len(BROKEN) + 2
    assert found["states"] == ["listed", "ready"]


def test_a_model_finds_its_provider_among_500(found: Any) -> None:
    """Routing by model imports the provider that lists it, and no other."""
    assert found["answer"] == "Hello from crowd_499"
    assert found["after answer"] == ["crowd_499", "crowd_7"]


@pytest.mark.parametrize("number", BROKEN)
def test_the_broken_among_500_are_named(found: Any, number: int) -> None:
    """Each broken plugin in the crowd has its own error, with its distribution and version."""
    kind, text = found["broken"][str(number)]
    assert kind == BROKEN[number][1]
    assert BROKEN[number][2] in text
    assert f"crowd-{number} 1.0" in text
