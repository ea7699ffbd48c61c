"""The modules that one question loads: imports take most of the time to the first token."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite.cli.commands import ask
from g4f_lite.cli.exit_codes import UsageError

# --- what is loaded -----------------------------------------------------------------------------------

_LOADED = """\
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
"""
_ASK = f"""{_LOADED}
from g4f_lite.cli import main
sys.exit(main(["ask", "-p", "yqcloud", "hi"]))
"""
_CREATE = f"""{_LOADED}
from g4f_lite import ChatCompletion
for text in ChatCompletion.create(provider="yqcloud", messages=[{{"role": "user", "content": "hi"}}], stream=True):
    print(text, end="")
"""
_BARE = f"{_LOADED}import requests, codecs, json\nprint('Hello')\n"

HEAVY = {
    "argparse",
    "ast",
    "asyncio",
    "dataclasses",
    "dis",
    "gettext",
    "importlib.metadata",
    "inspect",
    "opcode",
}
"""Modules of the standard library that a question does not load, unless `requests` does."""

OTHERS = {
    f"g4f_lite.{name}"
    for name in (
        *("_core.api.embedding", "_core.api.model_listing"),
        *("_core.calls.attempt_planner", "_core.calls.breaker_reports", "_core.calls.hook_request"),
        *("_core.calls.typed_options", "_core.config.file", "_core.keys.lookup", "_core.keys.store"),
        *("_core.keys.system_keyring", "_core.registry.hook_manager", "_core.registry.not_found"),
        *("_core.registry.preset_entry", "_core.registry.presets", "_core.registry.static_metadata"),
        *("_core.resilience.circuit_breaker", "_core.resilience.rate_limiter", "_core.resilience.retry"),
        *("_core.routing.route_parser", "_core.streams.async_stream", "_core.streams.attempt_runner"),
        *("_core.streams.deferred_call", "_core.validation.hooks", "_utils.clock"),
        *("_utils.json_cache", "_utils.module_source", "_utils.timer", "cli.args.option_values"),
        *("cli.args.parser", "cli.error_messages", "cli.terminal.progress", "client", "hookspecs"),
        *("kit.http._tls", "messages._media", "messages._normalize", "routes", "structured", "tools"),
    )
}
"""Our own modules that a plain question does not load."""

MOST = 83
"""The number of our own modules that a question may load; each costs at least 0.1 ms."""


def loaded_by(code: str, environment: dict[str, str], answer: str = "Hello") -> set[str]:
    """Return the modules that a program has loaded at its end, and check that it prints `answer`."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert result.stdout.strip() == answer
    return set(json.loads(result.stderr))


@pytest.mark.parametrize("code", [_ASK, _CREATE], ids=["ask", "create"])
def test_a_question_loads_what_it_uses(code: str, environment: Any, upstream: Any) -> None:
    """A question to a named provider loads few modules of ours, and none for other uses."""
    loaded = loaded_by(code, environment)
    heavy = HEAVY - loaded_by(_BARE, environment)
    assert {"asyncio", "argparse", "inspect"} <= heavy
    assert not loaded & (heavy | OTHERS)
    assert not [name for name in loaded if name.partition(".")[0] in ("aiohttp", "pluggy", "jsonschema")]
    assert len([name for name in loaded if name.partition(".")[0] == "g4f_lite"]) <= MOST
    assert {name for name in loaded if name.startswith("g4f_lite_providers.")} == {
        "g4f_lite_providers.yqcloud"
    }


def test_modules_that_are_not_loaded_exist() -> None:
    """Every module in the table above exists."""
    package = Path(ask.__file__).parents[2]
    for name in OTHERS:
        path = package.joinpath(*name.split(".")[1:])
        assert path.with_suffix(".py").is_file() or path.is_dir(), name


def test_no_pattern_is_compiled_at_import(environment: Any, upstream: Any) -> None:
    """No module that a question loads compiles a regular expression at import."""
    package = Path(ask.__file__).parents[2]
    for name in loaded_by(_ASK, environment):
        if not name.startswith("g4f_lite."):
            continue
        path = package.joinpath(*name.split(".")[1:])
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        for node in ast.parse(file.read_bytes()).body:
            if isinstance(node, ast.Assign):
                assert not ast.unparse(node.value).startswith("re.compile"), f"{file}:{node.lineno}"


def test_pluggy_comes_with_the_first_hook(environment: Any, plugins: Any) -> None:
    """A provider with a hook loads pluggy, and the hook is called."""
    body = '    yield "Hello"\n\ndef g4f_lite_before_request(request):\n    print("seen", request.provider, end=" ")'
    plugins.add_valid(body=body)
    code = _ASK.replace("yqcloud", "acme")
    assert "pluggy" in loaded_by(code, environment, "seen acme Hello")


# --- the command line ---------------------------------------------------------------------------------

WORDS = st.sampled_from(
    (
        *("-p", "--provider", "-m", "--model", "-s", "--system", "-o", "--option", "--timeout", "--json"),
        *("--no-stream", "--drop-options", "hello", "two words", "", "a=b", "30", "-5", "-", "--", "-px"),
        *("--option=a=b", "--opt", "-h", "- x", "@file", "--provider=x"),
    )
)


@given(st.lists(WORDS | st.text(max_size=3), max_size=8))
def test_fast_parser_agrees_with_argparse(words: list[str]) -> None:
    """A line that the fast parser accepts has the result of `argparse`, which accepts it too."""
    parsed = ask.parse_fast(words)
    if parsed is not None:
        try:
            expected = ask.parser().parse_args(words)
        except UsageError as error:
            raise AssertionError(words) from error
        assert vars(parsed) == vars(expected)


@pytest.mark.parametrize(
    "line",
    [
        "hi",
        "",
        "-p yqcloud hi",
        "--provider yqcloud --model m what is this",
        "what is this -p yqcloud --json",
        "-p a -p b -o seed=7 -o temperature=0.5 --timeout 5,60 --no-stream --drop-options -s Brief hi",
    ],
)
def test_fast_parser_accepts_usual_lines(line: str) -> None:
    """The usual command lines need no `argparse`."""
    parsed = ask.parse_fast(line.split())
    assert parsed is not None
    assert vars(parsed) == vars(ask.parser().parse_args(line.split()))
