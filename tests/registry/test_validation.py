"""Validation of a provider as a whole."""

import enum
import types
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite._core.validation.constants import StaticMetadata
from g4f_lite._core.validation.function_specs import FUNCTION_SPECS
from g4f_lite._core.validation.identity import Identity, auth_variable, is_name
from g4f_lite._core.validation.validator import validate
from g4f_lite.contract import CONSTANTS
from g4f_lite.events import Vector

WHO = Identity("example", "dist", "1.0")


def judge(plugin: Any, **keywords: Any) -> Any:
    """The verdict and the facts."""
    return validate(plugin, WHO, **keywords)


def kinds(plugin: Any, **keywords: Any) -> set[str]:
    """The kinds of the problems, with a star before one that is not fatal."""
    verdict, loaded = judge(plugin, **keywords)
    assert verdict.usable == (loaded is not None)
    assert verdict.valid == (not verdict.problems)
    for problem in verdict.problems:
        assert problem.distribution == "dist 1.0"
        assert problem.message.endswith(".")
        assert problem.fix
    return {("" if problem.fatal else "*") + problem.kind for problem in verdict.problems}


def _create(model: str, messages: list, stream: bool, **kwargs: Any) -> Iterator[str]:
    yield "Hello"


# Changes to a valid provider, and the problems that they cause. `...` removes an attribute.
BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "no url": ({"url": ...}, "missing-constant:`url`"),
    "url None": ({"url": None}, "wrong-constant:`url`"),
    "url bytes": ({"url": b"x"}, "wrong-constant:`url`"),
    "no model": ({"model": ...}, "missing-constant:`model`"),
    "model empty": ({"model": []}, "wrong-constant:`model`"),
    "model string": ({"model": "m"}, "model-not-list:`model`"),
    "model empty string": ({"model": ""}, "wrong-constant:`model`"),
    "model of numbers": ({"model": [1]}, "wrong-constant:`model`"),
    "model of empty": ({"model": [""]}, "wrong-constant:`model`"),
    "model tuple": ({"model": ("m",)}, "model-not-list:`model`"),
    "model set": ({"model": {"m", "n"}}, "model-not-list:`model`"),
    "model keys": ({"model": {"m": 1}.keys()}, "model-not-list:`model`"),
    "model dict": ({"model": {"m": 1}}, "wrong-constant:`model`"),
    "model iterator": ({"model": iter("m")}, "wrong-constant:`model`"),
    "model twice": ({"model": ["m", "m"]}, "duplicate-model:`model`"),
    "no stream": ({"supports_stream": ...}, "missing-constant:`supports_stream`"),
    "stream 1": ({"supports_stream": 1}, "wrong-constant:`supports_stream`"),
    "no auth": ({"needs_auth": ...}, "missing-constant:`needs_auth`"),
    "auth text": ({"needs_auth": "no"}, "wrong-constant:`needs_auth`"),
    "working text": ({"working": "yes"}, "wrong-constant:`working`"),
    "auth_env": ({"auth_env": 5}, "wrong-constant:`auth_env`"),
    "no params": ({"params": ...}, "missing-params:`params`"),
    "params number": ({"params": 5}, "missing-params:`params`"),
    "no function": ({"_create_completion": ...}, "missing-function:`_create_completion`"),
    "function None": ({"_create_completion": None}, "not-callable:`_create_completion`"),
    "twin text": ({"_acreate_completion": "x"}, "not-callable:`_acreate_completion`"),
    "any model 1": ({"any_model": 1}, "wrong-constant:`any_model`"),
    "variables text": ({"auth_env_also": "KEY"}, "wrong-constant:`auth_env_also`"),
    "variables odd": ({"auth_env_also": ["A KEY"]}, "wrong-constant:`auth_env_also`"),
    "address": ({"address_env": ["HOST", 5]}, "wrong-constant:`address_env`"),
    "inputs text": ({"inputs": "image"}, "wrong-constant:`inputs`"),
    "inputs tuple": ({"inputs": ("image",)}, "wrong-constant:`inputs`"),
    "inputs odd": ({"inputs": ["image", "video"]}, "wrong-constant:`inputs`"),
    "embedding None": ({"embedding_model": None}, "wrong-constant:`embedding_model`"),
    "embedding numbers": ({"embedding_model": [1]}, "wrong-constant:`embedding_model`"),
    "embed text": ({"_create_embedding": "x"}, "not-callable:`_create_embedding`"),
    "models text": ({"_list_models": "x"}, "not-callable:`_list_models`"),
    "odd hook": ({"g4f_lite_nothing": lambda: None}, "unknown-hook:`g4f_lite_nothing`"),
    "hook number": ({"g4f_lite_on_error": 5}, "wrong-hook:`g4f_lite_on_error`"),
    "hook greedy": ({"g4f_lite_on_error": lambda error, more: None}, "wrong-hook:`g4f_lite_on_error`"),
}


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(BREAKS))), st.booleans())
def test_every_broken_rule_is_in_the_verdict(names: set[str], as_module: bool) -> None:
    """Any combination of broken rules has a problem for each of them, and no other."""
    attributes: dict[str, Any] = {
        "url": "u",
        "model": ["m"],
        "supports_stream": True,
        "needs_auth": False,
        "params": "p",
        "_create_completion": _create,
    }
    expected = {}
    for name in sorted(names):
        changes, finding = BREAKS[name]
        attributes.update(changes)
        expected[next(iter(changes))] = finding
    plugin: Any = types.ModuleType("example") if as_module else types.SimpleNamespace()
    for name, value in attributes.items():
        if value is not ...:
            setattr(plugin, name, value)
    verdict, _ = judge(plugin)
    kinds_by_name = {f"{problem.kind}:`{problem.message.split('`')[1]}`" for problem in verdict.problems}
    assert kinds_by_name == set(expected.values())
    assert kinds(plugin) is not None


def test_a_good_provider_has_no_problems(make_provider: Any) -> None:
    """A provider that fulfils the contract has no problems, and its facts are those of the module."""
    verdict, loaded = judge(make_provider())
    assert (verdict.valid, verdict.usable, verdict.warnings, verdict.notes) == (True, True, (), ())
    assert (loaded.models, loaded.auth_env, loaded.any_option) == (("example-1",), "EXAMPLE_API_KEY", True)
    assert loaded.full_name == "dist:example"


def test_a_provider_that_answers_whole_has_a_note(make_provider: Any) -> None:
    """A remark that is not a problem is a note of the verdict."""
    verdict, _ = judge(make_provider(supports_stream=False))
    assert verdict.valid
    assert "one chunk" in verdict.notes[0]


def test_a_missing_params_line_is_computed(make_provider: Any) -> None:
    """The loader computes a missing `params` line, and the fix has it."""
    verdict, loaded = judge(make_provider(params=...))
    line = "g4f_lite.providers.example supports: (model: str, messages: list, stream: bool)"
    assert loaded.params == line
    assert line in verdict.problems[0].fix


def test_members_of_enumerations_are_strings(make_provider: Any) -> None:
    """Members of a string enumeration count as their strings, in messages too."""

    class Models(str, enum.Enum):
        SMALL = "small-1"

    _, loaded = judge(make_provider(model=[Models.SMALL]))
    assert loaded.models == ("small-1",)
    assert f"{loaded.models[0]}" == "small-1"


def test_drift_is_found(make_provider: Any) -> None:
    """A constant that differs between the source and the module is a warning, by name."""
    static = StaticMetadata({"url": "https://example.org", "model": ["other"], "needs_auth": True})
    verdict, _ = judge(make_provider(), static=static)
    assert [problem.message.split("`")[1] for problem in verdict.problems] == ["model", "needs_auth"]
    assert {problem.kind for problem in verdict.warnings} == {"metadata-drift"}


def test_a_provider_that_needs_a_key_takes_auth(make_provider: Any) -> None:
    """A provider that needs a key and does not take `auth` gets a warning."""

    def closed(model: str, messages: list, stream: bool) -> Iterator[str]:
        yield ""

    def opened(model: str, messages: list, stream: bool, *, auth: str | None = None) -> Iterator[str]:
        yield ""

    assert kinds(make_provider(needs_auth=True, _create_completion=closed)) == {"*auth-not-taken"}
    assert kinds(make_provider(needs_auth=True, _create_completion=opened)) == set()


def test_both_functions_have_to_take_the_same_options(make_provider: Any) -> None:
    """An asynchronous function that lacks an option of the synchronous one gets a warning."""

    def create(model: str, messages: list, stream: bool, *, heat: float = 0.5) -> Iterator[str]:
        yield ""

    async def lacking(model: str, messages: list, stream: bool):
        yield ""

    async def same(model: str, messages: list, stream: bool, *, heat: float = 0.5):
        yield ""

    async def anything(model: str, messages: list, stream: bool, **kwargs: Any):
        yield ""

    for twin, expected in ((lacking, {"*options-differ"}), (same, set()), (anything, set())):
        assert kinds(make_provider(_create_completion=create, _acreate_completion=twin)) == expected
    assert kinds(make_provider(_acreate_completion=same)) == {"*options-differ"}


class Both:
    """An iterator and an asynchronous iterator."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raise StopIteration

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> str:
        raise StopAsyncIteration


class Whole:
    """A provider with everything that is optional, as an object with properties for constants."""

    model = ["m"]  # noqa: RUF012 - as the contract has it
    supports_stream = True
    needs_auth = True
    any_model = True
    inputs = ["image", "file", "image"]  # noqa: RUF012
    embedding_model = ("e-1", "e-2")
    auth_env_also = ["B_KEY", "A_KEY", "B_KEY"]  # noqa: RUF012
    address_env = ["HOST"]  # noqa: RUF012
    _acreate_completion = None

    @property
    def url(self) -> str:
        return "https://example.org"

    @property
    def params(self) -> str:
        return "computed"

    def _create_completion(self, model: str, messages: list, stream: bool, *, auth: str = "") -> Both:
        return Both()

    def _create_embedding(
        self,
        model: str,
        input: list,
        *,
        auth: str = "",
        dimensions: int | None = None,
    ) -> Iterator[Vector]:
        yield Vector(0, [1.0])

    def _list_models(self, **kwargs: Any) -> Both:
        return Both()


def test_optional_parts_are_loaded() -> None:
    """The facts have the optional constants and functions, with the options and return types of the functions."""
    plugin = Whole()
    verdict, loaded = judge(plugin)
    assert [problem.kind for problem in verdict.problems] == ["model-not-list"]
    assert (loaded.url, loaded.params) == ("https://example.org", "computed")
    assert (loaded.any_model, loaded.inputs, loaded.embedding_models) == (
        True,
        ("image", "file"),
        ("e-1", "e-2"),
    )
    assert loaded.key_variables == (loaded.auth_env, "B_KEY", "A_KEY")
    assert loaded.address_env == ("HOST",)
    assert (loaded.both_ways, loaded.acreate, dict(loaded.options)) == (True, None, {"auth": str})
    assert loaded.embed.call == plugin._create_embedding
    assert dict(loaded.embed.options) == {"auth": str, "dimensions": int | None}
    assert (loaded.embed.any_option, loaded.embed.both_ways) == (False, False)
    assert (loaded.list_models.any_option, loaded.list_models.both_ways) == (True, True)


def test_optional_parts_may_be_missing(make_provider: Any) -> None:
    """Without the optional constants and functions, the facts have the contract's defaults; None counts as missing."""
    for provider in (
        make_provider(),
        make_provider(_create_embedding=None, _list_models=None, embedding_model=[]),
    ):
        verdict, loaded = judge(provider)
        assert verdict.valid
        assert (loaded.any_model, loaded.inputs, loaded.embedding_models) == (False, (), ())
        assert (loaded.key_variables, loaded.address_env) == ((loaded.auth_env,), ())
        assert (loaded.both_ways, loaded.embed, loaded.list_models) == (False, None, None)


def test_models_and_function_of_embeddings_go_together(make_provider: Any) -> None:
    """Embedding models without the function get a warning, and so does the function without `auth`."""

    def embed(model: str, input: list) -> Iterator[Vector]:
        yield Vector(0, [])

    assert kinds(make_provider(embedding_model=["e"])) == {"*missing-embedding"}
    assert kinds(make_provider(embedding_model=["e"], _create_embedding=embed)) == set()
    assert kinds(make_provider(needs_auth=True, _create_embedding=embed)) == {"*auth-not-taken"}


def test_problems_point_at_file_and_line(as_module: Any) -> None:
    """In a module, a constant's problem is at its assignment, and a function's at its definition."""
    module = as_module(
        "pointed_at",
        '"""Doc."""\n\nurl = 5\nmodel = ["m"]\n\n\ndef _create_completion(model: str, messages: list):\n    yield\n',
    )
    verdict, _ = judge(module)
    places = {
        problem.message.split("`")[1]: problem.location.rpartition("pointed_at.py")[2]
        for problem in verdict.problems
    }
    assert places["url"] == ":3"
    assert places["_create_completion"] == ":7"
    assert places["supports_stream"] == ":1"


def test_problems_of_an_object_point_at_its_assignment(as_module: Any) -> None:
    """A problem of an object that an entry point names is at the assignment that creates it."""
    source = "class Service:\n    pass\n\n\nrow = Service()\n"
    module = as_module("with_rows", source)
    verdict, _ = validate(module.row, Identity("row", "dist", "1.0", module="with_rows", attr="row"))
    assert {problem.location for problem in verdict.problems} == {f"{module.__file__}:5"}
    verdict, _ = validate(module.row, Identity("row", "dist", "1.0", module="with_rows", attr="Service.x"))
    assert {problem.location for problem in verdict.problems} == {f"{module.__file__}:1"}


def test_problems_of_an_object_point_at_its_class() -> None:
    """The problem of an instance is at the definition of its class."""

    class Nothing:
        pass

    verdict, _ = judge(Nothing())
    assert all(problem.location.startswith(__file__) for problem in verdict.problems)


# --- any object ---------------------------------------------------------------------------------------


class Hostile:
    """Raises in every operation."""

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit(name)

    def __dir__(self) -> Any:
        raise GeneratorExit

    __repr__ = __str__ = __eq__ = __bool__ = __iter__ = __len__ = __dir__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class Pretender:
    """Claims to have any class, and raises when it is inspected."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        return object.__getattribute__(self, "kind")

    def __repr__(self) -> str:
        raise RuntimeError


class Everything:
    """Has every attribute, each of this class."""

    def __getattr__(self, name: str) -> Any:
        return Everything()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Everything()


class BadText(str):  # noqa: SLOT000
    """A string that raises when it is compared, measured or shown."""

    def _no(self, *args: Any) -> Any:
        raise BaseException  # noqa: TRY002

    __eq__ = __ne__ = __len__ = __repr__ = __str__ = __iter__ = __format__ = _no  # type: ignore[assignment]
    __hash__ = str.__hash__


class BadList(list):
    """A list that raises when its items are read."""

    def __iter__(self) -> Any:
        raise RecursionError

    __bool__ = __len__ = __repr__ = __iter__


# By name, because pytest and hypothesis inspect their parameters, and these objects raise then.
ODD = {
    "hostile": Hostile(),
    "pretends to be a string": Pretender(str),
    "pretends to be a list": Pretender(list),
    "has everything": Everything(),
    "bad text": BadText("x"),
    "bad list": BadList(["m"]),
    "mock": mock.MagicMock(),
    "call": mock.call,
    "hostile class": Hostile,
    "object": object,
    "None": None,
    "type": type,
    "package": types,
    "ellipsis": ...,
}
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.functions(),
    st.sampled_from(sorted(ODD)),
)
NAMES = (*(item.name for item in CONSTANTS), "params")
FUNCTIONS = (
    *FUNCTION_SPECS,
    "g4f_lite_on_error",
    "g4f_lite_x",
    "__file__",
    "__name__",
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES + FUNCTIONS), ANYTHING), st.booleans())
def test_any_attributes_can_be_validated(attributes: dict[str, Any], as_module: bool) -> None:
    """Whatever an object's attributes are, its validation does not raise."""
    plugin: Any = types.ModuleType("odd") if as_module else types.SimpleNamespace()
    for name, value in attributes.items():
        setattr(plugin, name, ODD[value] if isinstance(value, str) and value in ODD else value)
    kinds(plugin)


@pytest.mark.parametrize("name", ODD)
def test_any_object_can_be_validated(name: str) -> None:
    """Objects of every kind, hostile ones included, are validated without raising, and are unusable."""
    verdict, loaded = judge(ODD[name])
    assert loaded is None
    assert all(str(problem) for problem in verdict.problems)


@settings(deadline=None)
@given(st.text())
def test_names(name: str) -> None:
    """A legal name is ASCII, lower case, without white space, and cannot look like a full name."""
    if is_name(name):
        assert name.isascii()
        assert name == name.lower()
        assert not set(name) & set(" :/.\n")


def test_the_variable_of_a_key() -> None:
    """The variable of a provider's key has its name in capitals."""
    assert auth_variable("my-provider_2") == "MY_PROVIDER_2_API_KEY"


@pytest.mark.parametrize("name", ["url", "auth_env", "params"])
def test_an_imitation_of_a_string_is_not_a_string(make_provider: Any, name: str) -> None:
    """An object that claims the class `str` is a problem of the provider, or is left out."""
    verdict, loaded = judge(make_provider(**{name: Pretender(str)}))
    assert not verdict.valid
    assert loaded is None or type(getattr(loaded, name)) is str
