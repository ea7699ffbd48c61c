"""A typed module that wraps the client, as in applications."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from openai import OpenAI, Stream
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCall,
    ChatCompletionToolParam,
)
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall
from openai.types.chat.chat_completion_message_tool_call import Function


@dataclass
class Wrapper:
    client: OpenAI
    model: str = "gpt-4.1-mini"
    history: list[ChatCompletionMessageParam | ChatCompletionMessage] = field(default_factory=list)

    def ask(self, text: str, tools: Iterable[ChatCompletionToolParam] = ()) -> Choice:
        self.history.append({"role": "user", "content": text})
        response: ChatCompletion = self.client.chat.completions.create(
            model=self.model, messages=self.history, tools=list(tools) or None
        )
        choice = response.choices[0]
        self.history.append(choice.message)
        return choice

    def stream(self, text: str) -> Iterator[ChoiceDelta]:
        stream: Stream[ChatCompletionChunk] = self.client.chat.completions.create(
            model=self.model, messages=[{"role": "user", "content": text}], stream=True
        )
        assert isinstance(stream, Stream)
        for chunk in stream:
            if chunk.choices:
                yield chunk.choices[0].delta


wrapper = Wrapper(OpenAI())
print(wrapper.ask("One").message.content, isinstance(wrapper.ask("Two"), Choice))
print("".join(delta.content or "" for delta in wrapper.stream("Three words here")))
print(typing.get_type_hints(Wrapper.stream)["return"] == Iterator[ChoiceDelta])
print(Stream[ChatCompletionChunk].__origin__ is Stream)
call = ChatCompletionMessageToolCall(id="c", type="function", function=Function(name="f", arguments="{}"))
print(call.function.name, ChoiceDeltaToolCall(index=0, id="c").model_dump(exclude_none=True))
