"""`g4f-lite models --refresh`: the models of a service, now and from the cache."""

import json

import pytest

from g4f_lite.cli.commands.models import _format_age
from g4f_lite.testing import Reply, Upstream

pytestmark = pytest.mark.slow  # child processes

KEY = "planted-key-77aa55"
NAMES = ["gpt-9", "gpt-1"]


@pytest.fixture
def settings():
    """The environment that points the provider `openai` at a service, and the service."""
    listed = json.dumps({"data": [{"id": name} for name in NAMES]})
    with Upstream(lambda _: Reply(listed, headers={"content-type": "application/json"})) as upstream:
        yield {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.url}, upstream


def test_refresh_asks_the_service_and_caches_its_list(run, settings):
    """--refresh asks the service; later its list is shown from the cache, with its age."""
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
    """The JSON has the source of the list and the time of the request."""
    env, _ = settings

    def models_json(*arguments):
        return json.loads(run("models", "--json", *arguments, env=env).stdout)

    assert models_json().items() >= {"source": "listed", "at": None}.items()
    assert models_json("--provider", "openai")["source"] == "listed"
    fresh = models_json("--provider", "openai", "--refresh")
    assert fresh["source"] == "live"
    assert fresh["at"] > 1_000_000_000
    assert [item["model"] for item in fresh["models"]] == sorted(NAMES)
    kept = models_json("--provider", "openai")
    assert (kept["source"], kept["at"]) == ("cache", fresh["at"])
    assert kept["models"] == fresh["models"]


def test_refresh_needs_a_provider(run):
    """--refresh without --provider is wrong usage."""
    result = run("models", "--refresh")
    assert result.returncode == 2
    assert "--refresh needs --provider" in result.stderr


def test_refresh_of_a_provider_that_cannot_list(run, plugins):
    """A provider that cannot list its models shows its constant, with a note."""
    plugins.add_valid()
    result = run("models", "--provider", "acme", "--refresh")
    assert result.returncode == 0
    assert "acme-1" in result.stdout
    assert "'acme' cannot be asked for its models" in result.stderr


@pytest.mark.parametrize(("reply", "code"), [(Reply("{}", status=401), 5), (Reply("oops"), 5)])
def test_refresh_with_a_failing_service(run, settings, reply, code):
    """A failure of the service is an error of the command, without the key."""
    env, upstream = settings
    upstream.script(lambda _: reply)
    result = run("models", "--provider", "openai", "--refresh", env=env)
    assert result.returncode == code
    assert result.stdout == ""
    assert KEY not in result.stderr
    missing = run("models", "--provider", "openai", "--refresh")
    assert missing.returncode == 4
    assert "OPENAI_API_KEY" in missing.stderr


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (90000, "1 day ago")],
)
def test_ages(seconds, words):
    """The age of a list is shown in the largest unit that fits."""
    assert _format_age(seconds) == words


def test_long_lists_are_cut_in_the_table_of_providers(run):
    """`providers` shows two models and the number of further ones; its JSON has them all."""
    row = next(line for line in run("providers").stdout.splitlines() if line.startswith("openai"))
    facts = json.loads(run("providers", "--json").stdout)["providers"]
    models = next(item["models"] for item in facts if item["name"] == "openai")
    assert len(models) > 3
    assert f"{models[0]}, {models[1]}, +{len(models) - 2} more" in " ".join(row.split())
    assert models[2] not in row.replace(models[0], "").replace(models[1], "").split()
