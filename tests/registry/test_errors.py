"""The tree of the error classes."""

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

import g4f_lite
from g4f_lite import contract, errors, results

PROBLEM = contract.Problem("kind", "Message.", "Fix.", "file.py:1", "dist 1.0")
PROVENANCE = results.Provenance("p", "d", "1", None, "m", True, (results.Attempt("d:p", "m", "ok", 0.5),))
MADE: dict[str, Any] = {
    "ProviderNotFoundError": lambda cls: cls("yqclod", ["yqcloud"], note=" (Note.)"),
    "ProviderConflictError": lambda cls: cls("p", ["a:p", "b:p"]),
    "ProviderBlockedError": lambda cls: cls("p", "d", "G4F_LITE_BLOCK"),
    "ProviderLoadError": lambda cls: cls(
        "p", distribution="d", version="1", location="f:1", reason="r", fix="F."
    ),
    "InvalidProviderError": lambda cls: cls("p", distribution="d", version="1", problems=[PROBLEM]),
    "InvalidArgumentError": lambda cls: cls("argument", "Message.", hint="Hint."),
    "InvalidMessageError": lambda cls: cls(3, "Message.", hint="Hint."),
    "ModelNotFoundError": lambda cls: cls("gpt-35", ["gpt-3.5"], provider="p"),
    "MissingAuthError": lambda cls: cls("p", "P_API_KEY"),
    "UnsupportedOptionError": lambda cls: cls("p", ["temprature"], ["temperature"]),
    "ProviderTimeoutError": lambda cls: cls("Message.", phase="read", seconds=1.5, hint="Hint."),
    "ProviderStatusError": lambda cls: cls(500, body="oops", retry_after=2.0),
    "AuthenticationError": lambda cls: cls(401, code="invalid_api_key", kind="auth", param=None),
    "PermissionDeniedError": lambda cls: cls(403),
    "InvalidRequestError": lambda cls: cls(422, param="temperature"),
    "ContextLengthError": lambda cls: cls(400, code="context_length_exceeded"),
    "ContentFilterError": lambda cls: cls(400, body="no"),
    "NotFoundError": lambda cls: cls(404),
    "QuotaExceededError": lambda cls: cls(429, code="insufficient_quota"),
    "ServiceUnavailableError": lambda cls: cls(503, retry_after=2.0),
    "DeadlineError": lambda cls: cls(2.5),
    "MissingExtraError": lambda cls: cls("async", "The asynchronous client"),
    "StructuredOutputError": lambda cls: cls("Message.", text="{", problems=["it ends"], hint="Hint."),
    "ToolRoundsError": lambda cls: cls(3, [{"role": "user", "content": "Hello"}]),
    "AllProvidersFailedError": lambda cls: cls(
        (results.Attempt("d:p", "m", "error", 0.5, "oops", "key 1 of 2"),), ()
    ),
    "RateLimitError": lambda cls: cls(429, retry_after=3.0),
    "ProviderCrashError": lambda cls: cls("ValueError: x", location="f:1"),
}
CLASSES = [getattr(errors, name) for name in errors.__all__]


def make(cls: Any) -> Any:
    """An instance of an error class, created as the library does it."""
    return MADE.get(cls.__name__, lambda cls: cls("Message.", hint="Hint."))(cls)


def tree() -> dict[str, str]:
    """The tree in the module's docstring: each class and its parent."""
    parents, drawn = [], {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    ([│ ]*)(?:[├└]── )?(\w+Error)\b", line)
        if match:
            depth = len(line[4 : line.index(match[2])]) // 4
            del parents[depth:]
            drawn[match[2]] = parents[-1] if parents else "Exception"
            parents.append(match[2])
    return drawn


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every public error class is drawn under its base class, and nothing else is drawn."""
    drawn = tree()
    assert sorted(drawn) == sorted(errors.__all__)
    for cls in CLASSES:
        assert cls.__bases__[0].__name__ == drawn[cls.__name__]


def test_every_error_of_the_module_is_public() -> None:
    """Every class of the module is in its `__all__`, and is available from the package."""
    classes = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert classes == set(errors.__all__)
    assert classes <= set(g4f_lite.__all__)


@pytest.mark.parametrize("cls", CLASSES)
def test_each_class_says_when_it_happens(cls: Any) -> None:
    """Each class has a docstring of its own, which begins with one sentence."""
    first = (cls.__dict__["__doc__"] or "").strip().split("\n\n")[0]
    assert first.endswith(".")


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("way", ["pickle", "copy", "deepcopy"])
def test_errors_survive_copying(cls: Any, way: str) -> None:
    """A pickled or copied error has the same class, text and attributes."""
    error = make(cls)
    if isinstance(error, g4f_lite.ProviderError):
        error.provider, error.partial_text, error.provenance = "p", "Hel", PROVENANCE
    if way == "pickle":
        twins = [
            pickle.loads(pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ]
    else:
        twins = [getattr(copy, way)(error)]
    for twin in twins:
        assert type(twin) is cls
        assert (str(twin), twin.args) == (str(error), error.args)
        assert vars(twin) == vars(error)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_message_ends_with_the_next_step(cls: Any) -> None:
    """A message ends with the hint, which is a sentence."""
    error = make(cls)
    assert str(error).endswith(error.hint)
    assert error.hint.endswith((".", ")"))
    assert isinstance(error, g4f_lite.G4FLiteError)


def test_near_names_are_suggested_whatever_their_case() -> None:
    """A name that is similar to a known one is answered with it."""
    assert errors.ProviderNotFoundError("YQCLOD", ["yqcloud"]).suggestions == ("yqcloud",)
    assert errors.ModelNotFoundError("GPT-4o-mini", ["gpt-4o-mini"]).suggestions == ("gpt-4o-mini",)
    assert "'temperature'" in str(errors.UnsupportedOptionError("p", ["temprature"], ["temperature"]))


def test_statuses_have_their_classes() -> None:
    """`ProviderStatusError.of` returns the class for the status, with its attributes."""
    expected = {
        302: "ProviderStatusError",
        400: "InvalidRequestError",
        401: "AuthenticationError",
        402: "QuotaExceededError",
        403: "PermissionDeniedError",
        404: "NotFoundError",
        408: "ProviderStatusError",
        409: "ProviderStatusError",
        410: "InvalidRequestError",
        413: "InvalidRequestError",
        422: "InvalidRequestError",
        425: "ProviderStatusError",
        429: "RateLimitError",
        500: "ServiceUnavailableError",
        529: "ServiceUnavailableError",
        599: "ServiceUnavailableError",
    }
    for status, name in expected.items():
        error = errors.ProviderStatusError.of(
            status, body="b", retry_after=1.0, code="c", kind="k", param="p"
        )
        assert (type(error).__name__, error.status, error.body, error.retry_after) == (name, status, "b", 1.0)
        assert (error.code, error.kind, error.param) == ("c", "k", "p")
        worded = errors.ProviderStatusError.of(status, detail="It said no", hint="Do this.")
        assert str(worded) == "It said no. Do this."


@pytest.mark.parametrize("status", [429, 503])
def test_the_next_step_says_when_to_ask_again(status: int) -> None:
    """The hint has the wait that a service asks for, to a tenth of a second."""
    wordings = {12.0: "in 12 seconds", 29.677: "in 29.7 seconds", None: "again later"}
    for wait, words in wordings.items():
        assert words in errors.ProviderStatusError.of(status, retry_after=wait).hint


def test_a_request_that_is_too_large_is_told_to_shrink() -> None:
    """The hint of 413 says how to make a request smaller, that of another 4xx names the provider's documentation."""
    assert "Send less" in errors.ProviderStatusError.of(413).hint
    assert "documentation" in errors.ProviderStatusError.of(422).hint


@pytest.mark.parametrize(
    ("status", "word", "name"),
    [
        (429, "insufficient_quota", "QuotaExceededError"),
        (429, "rate_limit_exceeded", "RateLimitError"),
        (400, "context_length_exceeded", "ContextLengthError"),
        (400, "exceed_context_size_error", "ContextLengthError"),
        (400, "content_filter", "ContentFilterError"),
        (500, "context_length_exceeded", "ServiceUnavailableError"),
    ],
)
@pytest.mark.parametrize("where", ["code", "kind"])
def test_a_services_own_word_makes_the_class_precise(status: int, word: str, name: str, where: str) -> None:
    """The service's error code or type distinguishes errors that have the same status."""
    assert type(errors.ProviderStatusError.of(status, **{where: word})).__name__ == name


def test_the_error_of_a_route_lists_all_attempts() -> None:
    """The error of a whole route names every attempt, its key and its error, and has no provider itself."""
    attempts = (
        results.Attempt("d:a", "m", "error", 0.5, "it\nbroke", "key 1 of 2"),
        results.Attempt("d:b", "n", "skipped", 0.0, "no key"),
    )
    error = errors.AllProvidersFailedError(attempts, [errors.RateLimitError(429)])
    assert "\n  - d:a (m) with key 1 of 2: it broke\n  - d:b (n): no key\n" in str(error)
    assert (error.provider, error.attempts) == (None, attempts)


def test_errors_are_caught_as_what_they_are() -> None:
    """Errors of arguments and look-ups are also instances of Python's own classes for these."""
    assert issubclass(errors.ProviderNotFoundError, LookupError)
    assert issubclass(errors.ModelNotFoundError, LookupError)
    assert issubclass(errors.InvalidArgumentError, ValueError)
    assert issubclass(errors.UnsupportedOptionError, TypeError)
    assert issubclass(errors.StreamStateError, RuntimeError)
    assert issubclass(errors.MissingExtraError, ImportError)
