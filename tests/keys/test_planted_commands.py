"""The command line shows no planted key, whatever a provider does with it."""

import json
from pathlib import Path

import pytest

from g4f_lite.testing import Reply, Upstream

pytestmark = pytest.mark.slow  # each case is a dozen child processes

MARK = "7d1f0a9c5e"
KEY = f"planted/{MARK}+x=key"

HEAD = """\
import os
url = "https://acme.example"
model = ["acme-1"]
supports_stream = True
needs_auth = True
params = "g4f_lite.providers.acme supports: (model: str, messages: list, stream: bool)"
"""
FUNCTION = """
def _create_completion(model: str, messages: list, stream: bool, *, auth: str = ""):
"""
ASKED = {
    "fine": "    yield 'Hello'",
    "raises": "    yield 'Hel'\n    raise ValueError(f'bad key {auth}')",
    "chained": "    yield 'Hel'\n    raise ValueError('bad') from KeyError(auth)",
    "cause": "    yield 'Hel'\n    try: raise KeyError(auth)\n    except KeyError: raise ValueError('bad')",
    "exits": "    yield 'Hel'\n    raise SystemExit(f'bad key {auth}')",
    "shows": "    from g4f_lite import ProviderStatusError\n    yield ''\n    raise ProviderStatusError(401, body=auth)",
    "closes": "    try: yield 'Hello'\n    finally: raise ValueError(auth)",
    "logs": "    import logging\n    logging.getLogger('acme').debug('key %s', auth)\n    yield 'Hello'",
}
IMPORTED = {
    "import-raises": 'raise ValueError(f\'no {os.environ.get("ACME_API_KEY", "")}\')',
    "import-raises-plural": 'raise ValueError(f\'no {os.environ.get("ACME_API_KEYS", "")}\')',
    "import-prints": "print('key', os.environ.get('ACME_API_KEY'), os.environ.get('ACME_API_KEYS'))",
    "wrong-constant": "url = os.environ.get('ACME_API_KEY') or 5",
    "wrong-params": "params = os.environ.get('ACME_API_KEY', 'x')",
}
ASKING = [
    ("ask", "--provider", "acme", "Hello"),
    ("ask", "--provider", "acme", "--json", "--no-stream", "Hello"),
    ("ask", "--model", "acme-1", "Hello"),
]
LISTING = [
    ("providers", "--load"),
    ("providers", "--load", "--json"),
    ("models", "--load"),
    ("models", "--json"),
    ("check", "acme"),
    ("check", "acme", "--json"),
    ("doctor",),
    ("doctor", "--json"),
    ("keys", "list"),
    ("keys", "list", "--json"),
]
READS = {
    "import-raises": "environment",
    "import-raises-plural": "plural",
    "wrong-constant": "environment",
    "wrong-params": "environment",
}
"""The only source from which an import can read the key: with another one, it has nothing to show."""

CASES = [
    *((name, source) for name in ASKED for source in ("environment", "plural", "store")),
    *(
        (name, source) for name in IMPORTED for source in ("environment", "plural")
    ),  # an import reads no store
]


@pytest.mark.parametrize(("behaviour", "source"), CASES, ids=list(map("-".join, CASES)))
def test_no_command_shows_the_key(
    run, run_each, add_provider, store: Path, tmp_path: Path, behaviour: str, source: str
):
    """No command that has the key writes it to its output or any other file, with tracebacks or without."""
    body = FUNCTION + ASKED.get(behaviour, ASKED["fine"])
    add_provider("acme", HEAD + IMPORTED.get(behaviour, "") + body)
    env = {"G4F_LITE_DEBUG": "1"}
    env |= {"environment": {"ACME_API_KEY": KEY}, "plural": {"ACME_API_KEYS": f"{KEY}, {KEY}2"}, "store": {}}[
        source
    ]
    if source == "store":
        assert run("keys", "set", "acme", stdin=KEY).returncode == 0
    leaked = []
    lists = behaviour == "fine" or (behaviour in IMPORTED and READS.get(behaviour, source) == source)
    commands = ASKING + (LISTING if lists else [])
    for command, output in zip(commands, run_each(commands, **env), strict=True):
        assert output or command[0] == "ask"
        leaked += [f"{command}: {line}" for line in output.splitlines() if MARK in line]
        assert "none was given" not in output, "the key was not used, so this shows nothing"
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != store and MARK.encode() in path.read_bytes():
            leaked.append(str(path))
    assert leaked == []


def test_no_command_shows_the_password_of_a_proxy(run):
    """The login of a proxy in the environment is in no output, nor is the proxy's answer that quotes it."""
    with Upstream(lambda _: Reply(f"no such user: {KEY}", status=407)) as proxy:
        env = {
            "http_proxy": proxy.url.replace("://", f"://user:{KEY.replace('/', '%2F')}@"),
            "G4F_LITE_YQCLOUD_URL": "http://127.0.0.1:9",
            "G4F_LITE_DEBUG": "1",
        }
        for command in (
            ("ask", "--provider", "yqcloud", "Hello"),
            ("ask", "-p", "yqcloud", "--json", "Hello"),
            ("doctor",),
        ):
            done = run(*command, **env)
            assert MARK not in done.stdout + done.stderr
        assert proxy.requests


def test_a_printing_provider_does_not_reach_standard_output(run, add_provider):
    """A provider's own output goes to standard error, never into the answer."""
    add_provider("acme", HEAD + FUNCTION + "    print(auth)\n    yield 'Hello'")
    done = run("ask", "--provider", "acme", "--json", "Hello", ACME_API_KEY=KEY)
    assert json.loads(done.stdout)["text"] == "Hello"
    assert MARK not in done.stdout
