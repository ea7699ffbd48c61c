"""Model listings: requested, cached and listed, by the functions and by the clients."""

import asyncio
import json
import os
import pickle

import pytest
from held_clock import FakeClock, forget_everything
from official_openai import KEY, recorded, reply

from g4f_lite import AsyncClient, Client, Route, Step, alist_models, list_models
from g4f_lite._core.api import model_listing as models
from g4f_lite._core.api.model_listing import ModelNames, known_models
from g4f_lite._utils import clock as _clock
from g4f_lite.contract import PROGRAM
from g4f_lite.errors import (
    AuthenticationError,
    DeadlineError,
    InvalidArgumentError,
    MissingAuthError,
    ModelNotFoundError,
    ProviderNotFoundError,
    UnsupportedOptionError,
)
from g4f_lite.paths import cache_dir
from g4f_lite.testing import Reply, Stall, Upstream, isolated_registry

FAMILIES = ("openai", "anthropic", "gemini", "ollama", "cohere")
CASES = [case for name in FAMILIES for case in recorded(name).CASES if case.function == "models"]
WAYS = ["sync", "async"]
NAMES = ("gpt-5.5", "gpt-4.1-mini")
LIST = Reply(
    json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in NAMES]}),
    headers={"content-type": "application/json"},
)


class Fixed:
    """A provider that cannot list models live."""

    url, supports_stream, needs_auth, working, params = "https://f.example", True, False, True, ""
    model = ["f-1", "f-2"]  # noqa: RUF012 - what the contract has

    def _create_completion(self, model: str, messages: list, stream: bool):
        yield "Hello"


class Live(Fixed):
    """A third-party provider that can list models live."""

    def __init__(self, *names):
        self.names = names
        self.request_count = 0

    def _list_models(self, region: str | None = None):
        self.request_count += 1
        yield from self.names
        if region:
            yield f"{region}-model"


@pytest.fixture
def registered():
    """Register providers under names, for one test."""
    with isolated_registry() as registry:
        yield lambda **providers: [registry.register(item, name=name) for name, item in providers.items()]


@pytest.fixture
def hours(monkeypatch):
    """Return a function that lets hours pass for the cache."""
    real, passed = models.time.time, [0.0]
    monkeypatch.setattr(models.time, "time", lambda: real() + passed[0])

    def advance(number):
        passed[0] += number * 3600

    return advance


def ask(way, *arguments, **options):
    if way == "sync":
        return list_models(*arguments, **options)
    return asyncio.run(alist_models(*arguments, **options))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.provider}-{case.id}")
def test_recorded_lists_are_returned(case, way):
    """Each service's recorded list is returned in its order, by the function and by the client."""
    with Upstream(lambda _: reply(case)) as upstream:
        names = ask(way, case.provider, auth=KEY, base_url=upstream.url, **case.options)
        client = Client(provider=case.provider, api_key=KEY, base_url=upstream.url)
        listed = client.models.list(**case.options)
    assert (names.provider, names.names, names.source) == (case.provider, case.names, "live")
    assert [model.id for model in listed] == list(case.names)
    assert {model.owned_by for model in listed} == {case.provider}


@pytest.mark.parametrize("way", WAYS)
def test_a_list_is_cached_for_a_day(registered, way, hours):
    """A list is requested once a day; `refresh` requests it now, and a smaller `max_age` sooner."""
    live = Live("a", "b", "a")
    registered(live=live)
    full_name = f"{PROGRAM}:live"
    assert known_models(full_name) is None
    first = ask(way, "live")
    assert (first.names, first.source) == (("a", "b"), "live")
    cached = ask(way, "live")
    assert (cached.names, cached.source, cached.at, live.request_count) == (("a", "b"), "cache", first.at, 1)
    assert known_models(full_name) == cached
    live.names = ("c",)
    assert ask(way, "live", refresh=True).names == ("c",)
    assert live.request_count == 2
    hours(2)
    assert ask(way, "live").source == "cache"
    assert ask(way, "live", max_age=3600.0).source == "live"
    hours(25)
    assert ask(way, "live").source == "live"
    assert live.request_count == 4
    hours(-100)  # the clock was set back: entries from the future are ignored
    assert ask(way, "live").source == "live"


@pytest.mark.parametrize("way", WAYS)
def test_a_provider_without_live_listing(registered, way):
    """Without live listing, the models are those that the provider declares, and nothing is cached."""
    registered(fixed=Fixed())
    assert ask(way, "fixed") == ModelNames("fixed", ("f-1", "f-2"), "listed", None)
    assert not (cache_dir() / "models.json").exists()


@pytest.mark.parametrize("way", WAYS)
def test_an_empty_list_is_not_an_error(registered, way):
    """A service that offers no model gives an empty list."""
    registered(live=Live())
    assert ask(way, "live").names == ()


@pytest.mark.parametrize("way", WAYS)
def test_invalid_arguments_are_refused(registered, way):
    """The provider must be named, and options must be known."""
    registered(live=Live("a"))
    for wrong in (None, "", 5):
        with pytest.raises(InvalidArgumentError, match="provider"):
            ask(way, wrong)
    with pytest.raises(ProviderNotFoundError, match="'live'"):
        ask(way, "lvie")
    with pytest.raises(UnsupportedOptionError, match="region"):
        ask(way, "live", regio="eu")
    assert ask(way, "live", region="eu").names == ("a", "eu-model")


@pytest.mark.parametrize("way", WAYS)
def test_a_missing_key_raises(way):
    """A service that needs a key is not requested without one."""
    with pytest.raises(MissingAuthError):
        ask(way, "openai")


@pytest.mark.parametrize("way", WAYS)
def test_no_key_is_in_the_cache(way):
    """The cache file contains no part of the key, even if the address has it; each address has its own entry."""
    with Upstream(lambda _: LIST) as upstream:
        one = {"auth": KEY, "base_url": f"{upstream.url}/v1/{KEY}"}
        other = {"auth": KEY, "base_url": f"{upstream.url}/v2"}
        assert ask(way, "openai", **one).source == "live"
        assert ask(way, "openai", **one).source == "cache"
        assert ask(way, "openai", **other).source == "live"
    text = (cache_dir() / "models.json").read_text()
    assert NAMES[0] in text
    assert KEY not in text
    assert KEY not in repr(list_models("openai", **one))
    assert pickle.loads(pickle.dumps(list_models("openai", **one))).names == NAMES


@pytest.mark.parametrize("way", WAYS)
def test_failures_are_raised_and_not_cached(way):
    """A failure is raised and keeps the cached list, and the next call requests the list again."""
    with Upstream([LIST, Reply("{}", status=401), LIST]) as upstream:
        arguments = {"auth": KEY, "base_url": upstream.url}
        ask(way, "openai", **arguments)
        with pytest.raises(AuthenticationError) as caught:
            ask(way, "openai", refresh=True, **arguments)
        assert KEY not in str(caught.value)
        assert ask(way, "openai", **arguments).names == NAMES
        assert ask(way, "openai", refresh=True, **arguments).source == "live"


def test_retries_and_deadlines_apply():
    """A listing is retried if `retries` says so, and ends at its deadline."""
    held = FakeClock()
    forget_everything()

    def silence(_request):
        held.advance(6.0)
        return Reply([b"{", Stall()])

    with _clock.override_clock(held), Upstream([Reply("{}", status=503), LIST]) as upstream:
        assert list_models("openai", auth=KEY, base_url=upstream.url, retries=1).names == NAMES
        upstream.script(silence)
        with pytest.raises(DeadlineError):
            list_models("openai", auth=KEY, base_url=upstream.url, refresh=True, deadline=5.0)
        upstream.wait_closed(timeout=5)
    forget_everything()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"models": 5}', '{"models": {"g4f-lite:live": 5}}', '{"models": {"x": [["a"], "b"]}}'],
)
def test_a_damaged_cache_file_is_ignored(registered, content):
    """With any contents of the cache file, the list is requested, and the file is valid again afterwards."""
    registered(live=Live("a"))
    file = cache_dir() / "models.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    assert list_models("live").source == "live"
    assert list_models("live").source == "cache"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_folder_is_no_error(registered, tmp_path, monkeypatch):
    """Without a writable cache folder, the list is still returned."""
    registered(live=Live("a"))
    tmp_path.chmod(0o500)
    monkeypatch.setenv("G4F_LITE_CACHE", str(tmp_path / "cache"))
    assert list_models("live").names == ("a",)


def test_a_file_at_the_cache_folders_path_is_no_error(registered, tmp_path, monkeypatch):
    """If the path of the cache folder is a file, the list is still returned."""
    registered(live=Live("a"))
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("G4F_LITE_CACHE", str(tmp_path / "taken"))
    assert list_models("live").names == ("a",)
    assert known_models(f"{PROGRAM}:live") is None


# --- the clients ------------------------------------------------------------------------------------


def test_a_client_requests_the_list_each_time(registered):
    """`client.models.list` requests the list each time, as the official client does, unless `max_age` is given."""
    live = Live("a")
    registered(live=live)
    client = Client(provider="live", temperature=0.5, region="eu")
    assert [model.id for model in client.models.list()] == ["a", "eu-model"]
    assert len(client.models.list()) == 2
    assert live.request_count == 2
    client.models.list(max_age=3600)
    assert live.request_count == 2
    assert client.models.retrieve("a").owned_by == "live"
    with pytest.raises(ModelNotFoundError, match="eu-model"):
        client.models.retrieve("eu-modle")
    assert client.models.list(provider="live", region="us").data[1].id == "us-model"


def test_a_client_of_several_providers(registered):
    """The models of a route are those of all its providers, each requested once."""
    first, second = Live("a"), Live("b")
    registered(first=first, second=second)
    for route in (["first/a", Step("second")], Route(["first", "second"])):
        listed = Client(provider=route).models.list()
        assert [(model.id, model.owned_by) for model in listed] == [("a", "first"), ("b", "second")]
    assert (first.request_count, second.request_count) == (2, 2)


def test_a_key_is_not_sent_to_several_providers(registered):
    """The client's key is not sent to several providers; a step's own key is sent to its provider."""
    got = {}

    class Keyed(Fixed):
        def __init__(self, name):
            self.name = name

        def _list_models(self, auth: str | None = None):
            got[self.name] = auth
            yield self.name

    registered(first=Keyed("first"), second=Keyed("second"))
    Client(provider=["first", "second"], api_key=KEY).models.list()
    assert got == {"first": None, "second": None}
    Client(provider=["first", Step("second", auth=KEY)]).models.list()
    assert got == {"first": None, "second": KEY}
    Client(provider=["first/f-1", "first/f-2"], api_key=KEY).models.list()
    assert got["first"] == KEY


def test_a_client_without_a_provider(registered):
    """It lists the models of all providers, under names that `model` accepts, without a request."""
    live = Live("a")
    registered(live=live, fixed=Fixed())
    listed = [model.id for model in Client().models.list()]
    assert {"live/f-1", "fixed/f-1", "fixed/f-2"} <= set(listed)
    assert live.request_count == 0
    answer = Client().chat.completions.create(model="fixed/f-2", messages=[{"role": "user", "content": "Hi"}])
    assert answer.model == "f-2"


def test_the_asynchronous_list_can_be_awaited_or_iterated(registered):
    """The list is awaited, or read with ``async for``, as with the official client."""
    registered(live=Live("a", "b"), fixed=Fixed())

    async def run():
        client = AsyncClient(provider="live")
        listed = await client.models.list()
        assert (
            [model.id for model in listed] == [model.id async for model in client.models.list()] == ["a", "b"]
        )
        assert [model.id async for model in listed] == ["a", "b"]
        assert (await client.models.retrieve("b")).id == "b"
        assert [model.id for model in await AsyncClient().models.list()] == [
            model.id for model in Client().models.list()
        ]

    asyncio.run(run())
