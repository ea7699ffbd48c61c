"""The public API as type checkers see it; checked by mypy and pyright in the tests, never run."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, TypedDict

from typing_extensions import assert_type

import g4f_lite_providers.local as local_module
import g4f_lite_providers.yqcloud as yqcloud_module
from g4f_lite import (
    Answer,
    AsyncClient,
    AsyncCompletionStream,
    Attempt,
    CancelScope,
    ChatCompletion,
    Client,
    Completion,
    CompletionStream,
    Embedding,
    Embeddings,
    Event,
    Finish,
    G4FLiteError,
    InvalidProviderError,
    Message,
    ModelNames,
    Problem,
    Provenance,
    Provider,
    ProviderError,
    ProviderInfo,
    ProviderStatusError,
    RateLimitError,
    Registry,
    Request,
    Served,
    Usage,
    Verdict,
    __version__,
    alist_models,
    current_scope,
    hookimpl,
    list_models,
    params_of,
    registry,
)
from g4f_lite.client import (
    AsyncChatCompletionStream,
    AsyncStream,
    ChatCompletionStream,
    Stream,
    openai,
    types,
)
from g4f_lite.contract import AsyncProvider, LoadedProvider
from g4f_lite.kit import http, text

messages = [{"role": "user", "content": "Hello"}]
version: str = __version__


# --- modules and objects are providers -----------------------------------------------------------------

_: Provider = yqcloud_module
_local: Provider = local_module


class MyProvider:
    """A provider that is an object, with an asynchronous function."""

    url = "https://example.org"
    model: list[str] = ["mine"]  # noqa: RUF012 - what the contract has
    supports_stream = True
    needs_auth = False

    def _create_completion(
        self, model: str, messages: list[Message], stream: bool, **kwargs: Any
    ) -> Iterator[str | Event]:
        scope = current_scope()
        assert_type(scope, CancelScope | None)
        if scope is not None:
            assert_type(scope.add(print), Callable[[], None])
            assert_type(scope.cancelled, bool)
        yield "Hello"
        yield Usage(prompt_tokens=1, completion_tokens=2)
        yield Served("mine-2")
        yield Finish("stop")

    async def _acreate_completion(
        self, model: str, messages: list[Message], stream: bool, **kwargs: Any
    ) -> AsyncIterator[str | Event]:
        yield "Hello"


class NoProvider:
    """Lacks nearly everything."""

    url = "https://example.org"


_mine: Provider = MyProvider()
_async: AsyncProvider = MyProvider()
_not: Provider = NoProvider()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


# --- calls ----------------------------------------------------------------------------------------------


class City(TypedDict):
    """What is asked for below."""

    name: str


def synchronous(undecided: bool) -> None:
    """Each overload of `create`."""
    assert_type(ChatCompletion.create("m", messages), Answer)
    assert_type(ChatCompletion.create(model="m", messages=messages, provider="p", stream=False), Answer)
    assert_type(
        ChatCompletion.create("m", messages, "p", auth="k", timeout=(1.0, 2.0), temperature=0.5), Answer
    )
    assert_type(ChatCompletion.create(messages=messages, provider="p", stream=True), CompletionStream)
    assert_type(ChatCompletion.create(messages=messages, stream=undecided), Answer | CompletionStream)
    answer = ChatCompletion.create(messages=messages)
    assert_type(answer.completion, Completion)
    assert_type(answer.provenance, Provenance)
    assert_type(answer.upper(), str)
    with ChatCompletion.create(messages=messages, stream=True, drop_options=True) as stream:
        assert_type(stream, CompletionStream)
        for piece in stream:
            assert_type(piece, str)
        assert_type(stream.completion.usage, Usage | None)
        assert_type(stream.provenance.attempts, tuple[Attempt, ...])
        stream.close()
    parsed = ChatCompletion.create(messages=messages, response_format=City)
    assert_type(parsed, Answer[City])
    assert_type(parsed.parsed, City | None)
    assert_type(ChatCompletion.create(messages=messages, response_format={"type": "object"}), Answer)
    assert_type(ChatCompletion.create(messages=messages, response_format=City, stream=True), CompletionStream)
    ChatCompletion.create(messages="Hello")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    ChatCompletion.create(messages=messages, stream="yes")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    ChatCompletion.create(5, messages)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]


async def asynchronous(undecided: bool) -> None:
    """Each overload of `acreate`."""
    assert_type(await ChatCompletion.acreate("m", messages), Answer)
    assert_type((await ChatCompletion.acreate(messages=messages, response_format=City)).parsed, City | None)
    assert_type(ChatCompletion.acreate(messages=messages, stream=True), AsyncCompletionStream)
    assert_type(await ChatCompletion.acreate(messages=messages, stream=True), AsyncCompletionStream)
    assert_type(
        await ChatCompletion.acreate(messages=messages, stream=undecided), Answer | AsyncCompletionStream
    )
    async with ChatCompletion.acreate(messages=messages, stream=True) as stream:
        assert_type(stream, AsyncCompletionStream)
        async for piece in stream:
            assert_type(piece, str)
        assert_type(stream.completion, Completion)
        assert_type(stream.provenance, Provenance)
    await stream.aclose()


# --- the client, embeddings, models ---------------------------------------------------------------------


def client(undecided: bool) -> None:
    """What the synchronous client returns."""
    made = Client(provider="p", api_key=["k", "l"], timeout=(1.0, 2.0), max_retries=0, organization="o")
    assert_type(made.with_options(timeout=3), Client)
    create = made.chat.completions.create
    assert_type(create(model="m", messages=messages), types.ChatCompletion)
    assert_type(create(messages=messages, stream=True), Stream[types.ChatCompletionChunk])
    assert_type(
        create(messages=messages, stream=undecided),
        types.ChatCompletion | Stream[types.ChatCompletionChunk],
    )
    answer = create(model="m", messages=messages, temperature=0.5)
    message = answer.choices[0].message
    assert_type(message.content, str | None)
    assert_type(answer.usage, types.CompletionUsage | None)
    assert_type(answer.provenance, Provenance | None)
    create(messages=[*messages, message])
    for call in message.tool_calls or ():
        assert_type(call.function.arguments, str)
    with create(messages=messages, stream=True) as stream:
        for chunk in stream:
            assert_type(chunk, types.ChatCompletionChunk)
            assert_type(chunk.choices[0].delta.content, str | None)
        assert_type(stream.completion, Completion)
    assert_type(made.base_url, str | None)
    assert_type(made.is_closed(), bool)
    assert_type(made.embeddings.create(input=["a"]), types.CreateEmbeddingResponse)
    assert_type([model.id for model in made.models.list()], list[str])
    assert_type(made.models.retrieve("m"), types.Model)
    made.responses  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018


def objects(made: Client) -> None:
    """What `parse` and `stream` give of a type that they are asked for."""
    completions = made.chat.completions
    answer = completions.parse(messages=messages, response_format=City)
    assert_type(answer, types.ChatCompletion[City])
    assert_type(answer.choices[0].message.parsed, City | None)
    assert_type(
        made.beta.chat.completions.parse(messages=messages, response_format=int).choices[0].message.parsed,
        int | None,
    )
    plain: types.ChatCompletion = completions.parse(messages=messages, response_format={"type": "object"})
    named: types.ParsedChatCompletion[City] = answer
    typed: types.ChatCompletion[City] = types.ChatCompletion.model_validate(plain.model_dump())
    assert_type(typed.model_copy(), types.ChatCompletion[City])
    del named
    with completions.stream(messages=messages, response_format=City) as stream:
        assert_type(stream, ChatCompletionStream[City])
        for event in stream:
            if event.type == "content.delta":
                assert_type(event.delta, str)
            elif event.type == "content.done":
                assert_type(event.parsed, City | None)
            elif event.type == "tool_calls.function.arguments.done":
                assert_type(event.arguments, str)
            elif event.type == "chunk":
                assert_type(event.snapshot, types.ChatCompletion[City])
        assert_type(stream.until_done().get_final_completion().choices[0].message.parsed, City | None)
    user: types.ChatCompletionMessageParam = {"role": "user", "content": "Hello"}
    system = types.ChatCompletionSystemMessageParam(role="system", content="Be brief.")
    tool: types.ChatCompletionToolParam = {"type": "function", "function": {"name": "f", "parameters": {}}}
    completions.create(messages=[system, user, answer.choices[0].message], tools=[tool])


def names() -> None:
    """The `openai` package's names."""
    made = openai.OpenAI(provider="p", timeout=openai.Timeout(5, connect=1))
    try:
        assert_type(
            made.chat.completions.create(messages=messages, temperature=openai.NOT_GIVEN),
            types.ChatCompletion,
        )
    except openai.RateLimitError as error:
        assert_type(error.response.headers.get("retry-after"), str | None)
        assert_type(error.request_id, str | None)
        assert_type(error.type, str | None)
    except (openai.APITimeoutError, openai.APIConnectionError) as error:
        assert_type(error.message, str)
    openai.AzureOpenAI  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018


async def asynchronous_client(undecided: bool) -> None:
    """What the asynchronous client returns."""
    async with AsyncClient(provider="p") as made:
        create = made.chat.completions.create
        assert_type(await create(model="m", messages=messages), types.ChatCompletion)
        assert_type(await create(messages=messages, stream=True), AsyncStream[types.ChatCompletionChunk])
        assert_type(
            await create(messages=messages, stream=undecided),
            types.ChatCompletion | AsyncStream[types.ChatCompletionChunk],
        )
        answer = await made.chat.completions.parse(messages=messages, response_format=City)
        assert_type(answer.choices[0].message.parsed, City | None)
        async with made.chat.completions.stream(messages=messages, response_format=City) as stream:
            assert_type(stream, AsyncChatCompletionStream[City])
            async for event in stream:
                if event.type == "content.done":
                    assert_type(event.parsed, City | None)
            assert_type(await stream.get_final_completion(), types.ChatCompletion[City])
        async for chunk in await create(messages=messages, stream=True):
            assert_type(chunk, types.ChatCompletionChunk)
        assert_type(await made.embeddings.create(input="a"), types.CreateEmbeddingResponse)
        assert_type(await made.models.list(), types.ModelList)
        async for model in made.models.list():
            assert_type(model, types.Model)
        assert_type(await made.models.retrieve("m"), types.Model)


async def vectors_and_models() -> None:
    """Embeddings and lists of models, both ways."""
    assert_type(Embedding.create(input=["a"], provider="p", dimensions=3), Embeddings)
    assert_type((await Embedding.acreate("m", "a")).vectors, tuple[list[float], ...])
    assert_type(list_models("p", refresh=True), ModelNames)
    assert_type((await alist_models("p")).names, tuple[str, ...])
    Embedding.create(input=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    list_models()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


# --- the registry ---------------------------------------------------------------------------------------


class Hooks:
    """Hooks, with and without the marker."""

    @hookimpl(tryfirst=True)
    def g4f_lite_before_request(self, request: Request) -> None:
        assert_type(request.options, Mapping[str, Any])
        assert_type(request.messages, tuple[Message, ...])

    def g4f_lite_after_response(self, request: Request, completion: Completion) -> None:
        assert_type(completion.text, str)

    def g4f_lite_on_error(self, error: G4FLiteError) -> None:
        assert_type(error.hint, str)


def providers() -> None:
    """Looking, getting, registering."""
    assert_type(registry, Registry)
    assert_type(registry.names(), tuple[str, ...])
    assert_type(registry.infos(), tuple[ProviderInfo, ...])
    assert_type(registry.info("p").models, tuple[str, ...] | None)
    loaded = registry.get("p")
    assert_type(loaded, LoadedProvider)
    assert_type(loaded.models, tuple[str, ...])
    assert_type(registry.verdict("p"), Verdict)
    assert_type(registry.judge(MyProvider(), "mine").problems, tuple[Problem, ...])
    assert_type(registry.register(MyProvider(), name="mine"), LoadedProvider)
    assert_type(registry.register(yqcloud_module), LoadedProvider)
    registry.add_hooks(Hooks(), name="hooks")
    registry.remove_hooks("hooks")
    registry.unregister("mine")
    registry.refresh()
    with registry.isolated() as isolated:
        assert_type(isolated, Registry)
    assert_type(params_of("mine", MyProvider()._create_completion), str)


def errors() -> None:
    """What errors carry."""
    try:
        providers()
    except RateLimitError as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.status, int)
        assert_type(error.partial_text, str)
    except ProviderError as error:
        assert_type(error.provider, str | None)
        assert_type(error.provenance, Provenance | None)
    except InvalidProviderError as error:
        assert_type(error.problems, tuple[Problem, ...])
        assert_type(error.provider, str)
    assert_type(ProviderStatusError.of(500), ProviderStatusError)


def kit() -> None:
    """The kit for authors of providers."""
    request = http.HTTPRequest(url="https://example.org", json={"a": 1})
    assert_type(text.decode(http.stream(request), text.Utf8Decoder()), Iterator[str])
