"""`g4f-lite models --refresh`: what a service offers now, and what it offered before."""

import json

import pytest

from g4f_lite.cli.commands.models import _format_age
from g4f_lite.testing import Reply, Upstream

KEY = "planted-key-77aa55"
NAMES = ["gpt-9", "gpt-1"]


@pytest.fixture
def settings():
    """The environment that leads the provider `openai` to a service, and the service."""
    listed = json.dumps({"data": [{"id": name} for name in NAMES]})
    with Upstream(lambda _: Reply(listed, headers={"content-type": "application/json"})) as upstream:
        yield {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.url}, upstream


def test_refresh_asks_and_later_calls_remember(run, settings):
    """--refresh asks the service; afterwards its list is shown without asking, and how old it is."""
    env, upstream = settings
    before = run("models", "--provider", "openai", env=env)
    assert "gpt-9" not in before.stdout
    assert before.stderr == ""
    fresh = run("models", "--provider", "openai", "--refresh", env=env)
    assert (fresh.returncode, fresh.stderr) == (0, "")
    assert [line.split()[0] for line in fresh.stdout.splitlines()[1:]] == sorted(NAMES)
    kept = run("models", "--provider", "openai", env=env)
    assert kept.stdout == fresh.stdout
    assert "'openai' offered these just now; --refresh asks it again" in kept.stderr
    assert len(upstream.requests) == 1
    assert upstream.requests[0].header("authorization") == f"Bearer {KEY}"


def test_json_says_where_the_list_is_from(run, settings):
    """The JSON has the source of the list, and when it was asked for."""
    env, _ = settings

    def shown(*arguments):
        return json.loads(run("models", "--json", *arguments, env=env).stdout)

    assert shown().items() >= {"source": "listed", "at": None}.items()
    assert shown("--provider", "openai")["source"] == "listed"
    fresh = shown("--provider", "openai", "--refresh")
    assert fresh["source"] == "live"
    assert fresh["at"] > 1_000_000_000
    assert [item["model"] for item in fresh["models"]] == sorted(NAMES)
    kept = shown("--provider", "openai")
    assert (kept["source"], kept["at"]) == ("cache", fresh["at"])
    assert kept["models"] == fresh["models"]


def test_refresh_needs_somebody_to_ask(run):
    """Without --provider it is refused, and the message says what is missing."""
    done = run("models", "--refresh")
    assert done.returncode == 2
    assert "--refresh needs --provider" in done.stderr


def test_a_provider_that_cannot_be_asked(run, plugins):
    """Its own list is shown, and that it is no more than that."""
    plugins.good()
    done = run("models", "--provider", "acme", "--refresh")
    assert done.returncode == 0
    assert "acme-1" in done.stdout
    assert "'acme' cannot be asked for its models" in done.stderr


@pytest.mark.parametrize(("reply", "code"), [(Reply("{}", status=401), 5), (Reply("oops"), 5)])
def test_a_service_that_fails(run, settings, reply, code):
    """An error of the service is one of the command; the key is not in it."""
    env, upstream = settings
    upstream.script(lambda _: reply)
    done = run("models", "--provider", "openai", "--refresh", env=env)
    assert done.returncode == code
    assert done.stdout == ""
    assert KEY not in done.stderr
    missing = run("models", "--provider", "openai", "--refresh")
    assert missing.returncode == 4
    assert "OPENAI_API_KEY" in missing.stderr


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (90000, "1 day ago")],
)
def test_ages(seconds, words):
    """How old a list is stands there in the largest unit that fits."""
    assert _format_age(seconds) == words


def test_long_lists_are_cut_in_the_table_of_providers(run):
    """`providers` names two models and says how many more there are; its JSON has them all."""
    row = next(line for line in run("providers").stdout.splitlines() if line.startswith("openai"))
    facts = json.loads(run("providers", "--json").stdout)["providers"]
    models = next(item["models"] for item in facts if item["name"] == "openai")
    assert len(models) > 3
    assert f"{models[0]}, {models[1]}, +{len(models) - 2} more" in " ".join(row.split())
    assert models[2] not in row.replace(models[0], "").replace(models[1], "").split()
