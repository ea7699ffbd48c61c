"""Every distribution of `tests/packages`, pip-installed at once: the good answer, the broken are named."""

import re
from typing import Any

import pytest
from built_in import BUILT_IN

pytestmark = pytest.mark.packages

SURVEY = """
import sys

before = set(sys.modules)
from pathlib import Path

from g4f_lite import ChatCompletion, G4FLiteError, registry

ASKED = [{"role": "user", "content": "Hello"}]


def attempt(name):
    try:
        loaded = registry.get(name)
    except G4FLiteError as error:
        return {"error": type(error).__name__, "text": str(error), "hint": error.hint}
    found = {"warnings": [str(problem) for problem in loaded.verdict.problems], "models": list(loaded.models)}
    try:
        with ChatCompletion.create(provider=name, messages=ASKED, stream=True) as stream:
            found["chunks"] = list(stream)
        found["streamed"] = stream.provenance.streamed
        found["hook_errors"] = list(stream.provenance.hook_errors)
        found["distribution"] = stream.provenance.distribution
    except G4FLiteError as error:
        found["failed"] = f"{type(error).__name__}: {error}"
    return found


def imported():
    home = Path(sys.modules["g4f_lite"].__file__).parent.parent
    new = [sys.modules[name] for name in set(sys.modules) - before]
    files = (getattr(module, "__file__", None) for module in new)
    own = ("g4f_lite", "pluggy", "requests", "urllib3", "certifi", "idna", "charset_normalizer")
    inside = [Path(file).relative_to(home) for file in files if file and Path(file).is_relative_to(home)]
    return sorted({item.as_posix() for item in inside if not item.parts[0].startswith(own)})


known = registry.knows("good_minimal")
result = {"scanned": imported(), "infos": {info.name: info._asdict() for info in registry.infos()}}
result["listed"] = imported()
result["names"] = registry.names()
result["problems"] = [str(problem) for problem in registry.discovery_problems()]
names = [*result["infos"], "twin", "yqcloud", "metadata_lost_name", "metadata_lost_value", "metadata_unclosed"]
result["got"] = {name: attempt(name) for name in names if name not in ("local", "g4f-lite:yqcloud")}
result["again"] = {name: attempt(name).get("error") for name in names if name.startswith("fails_")}
result["after"] = {info.name: info._asdict() for info in registry.infos()}
result["hook_failures"] = [str(failure) for failure in registry.hook_failures()]
result["seen"] = {name: sys.modules[name].SEEN for name in ("good_hooks", "good_hook_only", "hooks_misspelt")}
"""


@pytest.fixture(scope="session")
def survey(crowd: Any) -> Any:
    """What one process finds, gets and is answered."""
    return crowd.run(SURVEY)


ANSWERS = [
    "good_minimal",
    "good_async",
    "good_whole",
    "good_decorated",
    "good_object",
    "good_object_equal",
    "good_hooks",
    "good_nested",
    "good_computed",
    "good_asks_others",
    "good_asks_stdout",
    "good_odd_metadata",
    "good_hostile_object",
    "offered-one",
    "offered-two",
    "metadata_bytes",
    "metadata_no_equals",
    "metadata_bad_value",
    "metadata_after",
    "metadata_twice",
    "twin-one:twin",
    "twin-two:twin",
    "shadows-yqcloud:yqcloud",
]


@pytest.mark.parametrize("name", ANSWERS)
def test_the_good_ones_answer(survey: Any, name: str) -> None:
    """A good plugin answers, however many broken ones are installed beside it, and nothing is said of it."""
    got = survey["got"][name]
    assert "".join(got["chunks"]).startswith("Hello ")
    assert got["warnings"] in ([], ["(program): `params` is missing."]) or name.startswith("offered")


def test_a_provider_that_only_answers_whole_gives_one_chunk(survey: Any) -> None:
    """A stream of a provider that cannot stream is one chunk, and the provenance says so."""
    assert survey["got"]["good_whole"]["chunks"] == ["Hello from good_whole"]
    assert survey["got"]["good_whole"]["streamed"] is False


# What the import raised, where, and what to do.
FAILURES = {
    "fails_raising": ("RuntimeError: the import of", r"fails_raising\.py:3", "Update or uninstall"),
    "fails_missing_dependency": (
        "ModuleNotFoundError",
        r"fails_missing_dependency\.py:3",
        "pip install a_module",
    ),
    "fails_own_submodule": ("ModuleNotFoundError", r"fails_own_submodule.__init__\.py:3", "Reinstall"),
    "fails_syntax": ("SyntaxError", r"fails_syntax\.py:3", "Update or uninstall"),
    "fails_exiting": ("SystemExit: 3", r"fails_exiting\.py:5", "Its import ends the program"),
    "fails_base_exception": ("Fatal: not even", r"fails_base_exception\.py:8", "Update or uninstall"),
    "fails_generator_exit": ("GeneratorExit", r"fails_generator_exit\.py:3", "Update or uninstall"),
    "fails_cancelled": ("CancelledError", r"fails_cancelled\.py:5", "Update or uninstall"),
    "fails_unsayable": ("Unsayable, which cannot be shown", r"fails_unsayable\.py:11", "Update or uninstall"),
    "fails_recursion": ("RecursionError", r"fails_recursion\.py:5", "Update or uninstall"),
    "fails_asking_itself": ("its own import asks for it", r"fails_asking_itself\.py:5", "author"),
    "fails_no_module": ("ModuleNotFoundError", r"entry_points\.txt:2", "names a module that is not there"),
    "fails_no_attribute": ("AttributeError", r"entry_points\.txt:2", "'missing.deeper', which is not there"),
    "fails_secret": ("***", r"fails_secret\.py:3", "Update or uninstall"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_fails_to_load_is_named(survey: Any, name: str) -> None:
    """An import that raises becomes an error with distribution, version, place, reason and next step."""
    reason, place, step = FAILURES[name]
    got, info = survey["got"][name], survey["after"][name]
    assert got["error"] == "ProviderLoadError"
    assert f"of {name.replace('_', '-')} 1.0 could not be loaded" in got["text"]
    assert reason in got["text"]
    assert re.search(place, got["text"])
    assert step in got["hint"]
    assert info["state"] == "failed"
    assert reason in info["reason"]
    assert re.search(place, info["reason"])
    assert step in info["reason"]
    assert survey["again"][name] == "ProviderLoadError"
    assert "abcdefgh12345678" not in got["text"] + info["reason"]


# The kinds of all that is wrong, and a line of the module where it is.
INVALID = {
    "invalid_no_constants": ({"missing-constant", "missing-params"}, 1),
    "invalid_url": ({"wrong-constant"}, 3),
    "invalid_model_number": ({"wrong-constant"}, 4),
    "invalid_model_empty": ({"wrong-constant"}, 4),
    "invalid_model_items": ({"wrong-constant"}, 4),
    "invalid_supports_stream": ({"wrong-constant"}, 5),
    "invalid_needs_auth": ({"wrong-constant"}, 6),
    "invalid_working": ({"wrong-constant"}, 7),
    "invalid_auth_env": ({"wrong-constant"}, 7),
    "invalid_missing_parameter": ({"missing-parameter"}, 10),
    "invalid_variadic": ({"missing-parameter"}, 10),
    "invalid_positional_only": ({"positional-only"}, 10),
    "invalid_missing_hints": ({"missing-hint"}, 10),
    "invalid_wrong_hints": ({"wrong-hint"}, 10),
    "invalid_required_option": ({"required-option"}, 10),
    "invalid_type_checking_hint": ({"unresolved-hint"}, 16),
    "invalid_async": ({"async-function"}, 10),
    "invalid_partial": ({"partial"}, 12),
    "invalid_not_callable": ({"not-callable"}, 1),
    "invalid_return_hint": ({"wrong-return"}, 10),
    "invalid_getattr": ({"unreadable-attribute"}, 1),
    "invalid_everything": (
        {
            "wrong-constant",
            "missing-constant",
            "missing-params",
            "missing-parameter",
            "positional-only",
            "wrong-hint",
            "required-option",
            "not-a-generator",
            "unknown-hook",
        },
        8,
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_breaks_the_contract_is_named(survey: Any, name: str) -> None:
    """A broken provider's error has every problem at once, each with its place, origin, kind and fix."""
    kinds, line = INVALID[name]
    got, info = survey["got"][name], survey["after"][name]
    assert got["error"] == "InvalidProviderError"
    lines = [item for item in got["text"].splitlines() if item.startswith("  - ")]
    assert {item.rpartition("[")[2].rstrip("]") for item in lines} >= kinds
    assert all(
        re.search(rf"{name}\.py:\d+: {name.replace('_', '-')} 1\.0: .+\. .+\. \[", item) for item in lines
    )
    assert any(f"{name}.py:{line}:" in item for item in lines)
    assert info["state"] == "invalid"
    assert f"{name}.py:{line}:" in info["reason"]


WARNED = {
    "warned_prints": "prints-at-import",
    "warned_model_str": "model-not-list",
    "warned_order": "parameter-order",
    "warned_returns_string": "returns-string",
    "warned_no_params": "missing-params",
    "warned_drift": "metadata-drift",
    "warned_unknown_hook": "unknown-hook",
    "warned_wrong_hook": "wrong-hook",
    "warned_async_options": "options-differ",
}


@pytest.mark.parametrize("name", WARNED)
def test_what_the_loader_lives_with_is_said(survey: Any, name: str) -> None:
    """A provider with a lesser fault answers; the fault is a warning with its place and its fix."""
    got = survey["got"][name]
    assert "".join(got["chunks"]).startswith("Hello ")
    assert len(got["warnings"]) == 1
    assert re.search(
        rf"{name}\.py:\d+: {name.replace('_', '-')} 1\.0: .+\[{WARNED[name]}\]", got["warnings"][0]
    )
    assert survey["after"][name]["state"] == "ready"
    assert f"{name}.py:" in survey["after"][name]["reason"]


def test_a_string_returned_is_one_chunk(survey: Any) -> None:
    """A provider that returns a string gives one chunk, not its letters."""
    assert survey["got"]["warned_returns_string"]["chunks"] == ["Hello from warned_returns_string"]


def test_drift_shows_what_the_module_says(survey: Any) -> None:
    """Before the import the source's constants count, afterwards the module's."""
    assert survey["infos"]["warned_drift"]["models"] == ["warned_drift-1"]
    assert survey["after"]["warned_drift"]["models"] == ["warned_drift-1", "warned_drift-2"]


@pytest.mark.parametrize("name", ["answers_bytes", "answers_none"])
def test_an_answer_that_is_no_text_is_an_error(survey: Any, name: str) -> None:
    """What a provider yields besides text and events is refused by name, never shown as text."""
    assert re.match(r"ProviderResponseError: .*The provider yielded ", survey["got"][name]["failed"])


def test_hooks_that_raise_are_reported(survey: Any) -> None:
    """Hooks that raise, or end the program, leave the answer alone and stand in the provenance."""
    got = survey["got"]["answers_raising_hook"]
    assert "".join(got["chunks"]) == "Hello from answers_raising_hook"
    errors = "\n".join(got["hook_errors"])
    assert (
        "g4f_lite_before_request of answers-raising-hook:answers_raising_hook raised RuntimeError" in errors
    )
    assert "g4f_lite_after_response of answers-raising-hook:answers_raising_hook raised SystemExit" in errors


def test_hooks_see_the_calls(survey: Any) -> None:
    """The hooks of providers and of hook plugins are called, each with the arguments that it takes."""
    assert ["after", "Hello from good_hooks"] in survey["seen"]["good_hooks"]
    assert "good_minimal" in survey["seen"]["good_hook_only"]
    assert "Hello from good_minimal" in survey["seen"]["hooks_misspelt"]


def test_broken_hook_plugins_are_named(survey: Any) -> None:
    """A hook plugin that cannot be imported, misspells a hook or offers nonsense is named; others go on."""
    failures = "\n".join(survey["hook_failures"])
    assert re.search(r"'hooks_raising' of hooks-raising 1\.0 .*hooks_raising\.py:3", failures)
    assert re.search(
        r"'hooks_misspelt' of hooks-misspelt 1\.0 .*befor_request.*hooks_misspelt\.py:6", failures
    )
    assert re.search(
        r"'hooks_bad_offers' of hooks-bad-offers 1\.0 .*InvalidProviderError.*offered-badly", failures
    )


def test_a_scan_imports_nothing(survey: Any) -> None:
    """Looking names up imports no plugin; listing imports hook plugins alone, and what they import."""
    assert survey["scanned"] == []
    hook_plugins = ("good_hook_only.py", "good_offers.py", "hooks_")
    assert all(item.startswith(hook_plugins) for item in survey["listed"])


@pytest.mark.parametrize("name", [*ANSWERS[:10], *FAILURES, *INVALID, *WARNED])
def test_metadata_is_read_without_import(survey: Any, name: str) -> None:
    """Literal constants are known before the import, of broken plugins too; others are marked unknown."""
    info = survey["infos"][name]
    unknown = ("good_computed", "good_object", "good_object_equal", "fails_", "invalid_")
    assert info["state"] == "listed"
    assert (info["distribution"], info["version"]) == (info["distribution"].replace("_", "-"), "1.0")
    if not name.startswith(unknown):
        assert info["source"] == "static"
        assert info["models"] == [f"{name}-1"]
        assert info["supports_stream"] is (name != "good_whole")
    if name in ("good_computed", "good_object"):
        assert info["source"] == "unknown"
        assert survey["after"][name]["source"] == "loaded"


def test_illegal_names_are_refused_by_name(survey: Any) -> None:
    """A name that nobody can type is invalid before and after its import, and others are not affected."""
    for short in ("Loud-Name", "with space", "with:colon"):
        name = f"invalid-name:{short}"  # the short name could look like the full name of another
        assert survey["infos"][name]["state"] == "invalid"
        assert "entry_points.txt:" in survey["infos"][name]["reason"]
        assert survey["got"][name]["error"] == "InvalidProviderError"
        assert "[invalid-name]" in survey["got"][name]["text"]


def test_a_name_claimed_twice_is_an_error_that_lists_both(survey: Any) -> None:
    """A contested name, a built-in one included, is an error that names the claimants and the way out."""
    for name, claims in (
        ("twin", ("twin-one:twin", "twin-two:twin")),
        ("yqcloud", ("g4f-lite:yqcloud", "shadows-yqcloud:yqcloud")),
    ):
        assert survey["got"][name]["error"] == "ProviderConflictError"
        assert all(claim in survey["got"][name]["text"] for claim in claims)
        assert "G4F_LITE_BLOCK" in survey["got"][name]["hint"]
        assert {survey["infos"][claim]["state"] for claim in claims} == {"conflict"}


METADATA = {
    "metadata-bytes": r"entry_points\.txt:2: metadata-bytes 1\.0: .*no entry point",
    "metadata-no-equals": r"entry_points\.txt:2: metadata-no-equals 1\.0: 'metadata_lost_name' is no entry point",
    "metadata-bad-value": r"entry_points\.txt:2: metadata-bad-value 1\.0: .*is no entry point",
    "metadata-unclosed": r"entry_points\.txt:1: metadata-unclosed 1\.0: .*no section heading",
    "metadata-no-section": r"entry_points\.txt:1: metadata-no-section 1\.0: .*outside any section",
    "metadata-twice": r"entry_points\.txt:3: metadata-twice 1\.0: 'metadata_twice' is given twice",
}


@pytest.mark.parametrize("distribution", METADATA)
def test_malformed_metadata_is_named(survey: Any, distribution: str) -> None:
    """A malformed line of ours is a problem with its file, line, distribution and fix."""
    found = [problem for problem in survey["problems"] if f" {distribution} 1.0:" in problem]
    assert len(found) == 1
    assert re.search(METADATA[distribution], found[0])
    assert f"reinstall {distribution}" in found[0]


def test_unrelated_malformed_metadata_hurts_nobody(survey: Any) -> None:
    """What other programs' distributions have in their metadata is no concern, however broken."""
    assert not [problem for problem in survey["problems"] if "unrelated" in problem]
    assert len(survey["problems"]) == len(METADATA)


@pytest.mark.parametrize("name", ["metadata_lost_name", "metadata_lost_value"])
def test_a_name_lost_in_malformed_metadata_is_explained(survey: Any, name: str) -> None:
    """Asking for a provider whose line is malformed points at that very line."""
    got = survey["got"][name]
    assert got["error"] == "ProviderNotFoundError"
    assert re.search(rf"entry_points\.txt:2: .*{name}", got["text"])
    assert "unclosed" not in got["text"].partition("malformed")[2]


# --- the environment's lists ----------------------------------------------------------------------

POLICY = """
from g4f_lite import G4FLiteError, registry


def attempt(name):
    try:
        return registry.get(name).full_name
    except G4FLiteError as error:
        return type(error).__name__


result = {"names": registry.names(), "infos": {info.name: info.state for info in registry.infos()}}
result["got"] = {name: attempt(name) for name in sys.argv[2:]}
"""
POLICY = "import sys\n" + POLICY


def test_an_empty_allow_list_leaves_the_built_in_providers(crowd: Any) -> None:
    """With G4F_LITE_PLUGINS set and empty, no plugin is used, hook plugins included."""
    found = crowd.run(POLICY, "good_minimal", "yqcloud", "offered-one", G4F_LITE_PLUGINS="")
    assert found["names"] == BUILT_IN
    assert found["infos"]["good_minimal"] == "blocked"
    assert found["got"] == {
        "good_minimal": "ProviderBlockedError",
        "yqcloud": "g4f-lite:yqcloud",
        "offered-one": "ProviderNotFoundError",
    }


def test_an_allow_list_takes_names_distributions_and_both(crowd: Any) -> None:
    """G4F_LITE_PLUGINS may hold providers' names, distributions' names in any spelling, and full names."""
    listed = "good_minimal, Good.Async twin-one:twin"
    names = ("good_minimal", "good_async", "twin", "good_whole", "fails_raising")
    found = crowd.run(POLICY, *names, G4F_LITE_PLUGINS=listed)
    assert found["names"] == sorted([*BUILT_IN, "good_async", "good_minimal", "twin"])
    assert found["got"] == {
        "good_minimal": "good-minimal:good_minimal",
        "good_async": "good-async:good_async",
        "twin": "twin-one:twin",
        "good_whole": "ProviderBlockedError",
        "fails_raising": "ProviderBlockedError",
    }


def test_blocking_one_claimant_settles_a_conflict(crowd: Any) -> None:
    """G4F_LITE_BLOCK keeps out by distribution, full name or name; the one that is left has the name."""
    names = ("twin", "twin-one:twin", "yqcloud", "good_minimal")
    found = crowd.run(POLICY, *names, G4F_LITE_BLOCK="twin_one g4f-lite:yqcloud good_minimal")
    assert found["got"] == {
        "twin": "twin-two:twin",
        "twin-one:twin": "ProviderBlockedError",
        "yqcloud": "shadows-yqcloud:yqcloud",
        "good_minimal": "ProviderBlockedError",
    }


def test_strict_refuses_what_is_only_warned_about(crowd: Any) -> None:
    """With G4F_LITE_STRICT=1 a warning is an error; what has none is not affected."""
    found = crowd.run(POLICY, *WARNED, *ANSWERS[:10], G4F_LITE_STRICT="1")
    assert all(found["got"][name] == "InvalidProviderError" for name in WARNED)
    assert not [name for name in ANSWERS[:10] if found["got"][name].endswith("Error")]


# --- many threads, and a changing environment --------------------------------------------------------

THREADS = """
import sys, threading
from pathlib import Path
from g4f_lite import registry

runs = []


def watch(event, args):
    if event == "exec" and args[0].co_name == "<module>":
        runs.append(Path(args[0].co_filename).name)


sys.addaudithook(watch)
names = ["good_minimal", "good_async", "good_whole", "good_nested", "good_asks_others"]
start, found, errors = threading.Barrier(50), [], []


def work(number):
    start.wait()
    try:
        if number == 25:
            registry.refresh()
        found.append((names[number % 5], id(registry.get(names[number % 5]).plugin)))
        registry.infos()
    except BaseException as error:
        errors.append(f"{type(error).__name__}: {error}")


threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(50)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(60)
files = ("good_minimal", "good_async", "good_whole", "chat", "good_asks_others")
result = {
    "alive": sum(thread.is_alive() for thread in threads),
    "found": len(found),
    "objects": len(set(found)),
    "errors": errors,
    "runs": {name: runs.count(f"{name}.py") for name in files},
}
"""


def test_fifty_threads_import_each_provider_once(crowd: Any) -> None:
    """Threads that ask for the same and for different providers at once, and a refresh, import each once."""
    found = crowd.run(THREADS)
    assert found["errors"] == []
    assert (found["alive"], found["found"], found["objects"]) == (0, 50, 5)
    assert set(found["runs"].values()) == {1}


CHANGING = """
import subprocess, sys
from g4f_lite import ChatCompletion, registry


def pip(*arguments):
    command = [*sys.argv[3:], "--isolated", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True)


result = [registry.names()]
pip("install", "--no-index", "--no-deps", sys.argv[2])
result.append(registry.names())
registry.refresh()
result.append(registry.names())
result.append(ChatCompletion.create(provider="latecomer", messages=[{"role": "user", "content": "Hello"}]))
pip("uninstall", "--yes", "latecomer")
result.append(registry.names())
registry.refresh()
result.append(registry.names())
"""


def test_refresh_sees_what_is_installed_and_uninstalled(bare: Any, pack: Any, tmp_path: Any) -> None:
    """What pip installs or removes while the program runs counts from the next `refresh` on."""
    source = b"""
url = "https://late.example"
model = ["late-1"]
supports_stream = True
needs_auth = False


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "better late than never"
"""
    entry_points = b"[g4f_lite.providers]\nlatecomer = latecomer\n"
    wheel = pack(tmp_path, "latecomer", {"latecomer.py": source, "entry_points.txt": entry_points})
    alone, full = BUILT_IN, sorted([*BUILT_IN, "latecomer"])
    answer = "better late than never"
    assert bare.run(CHANGING, wheel, *bare.pip_command) == [alone, alone, full, answer, full, alone]
