"""The provider contract, run on one provider for each format of answers."""

import json

import pytest

from g4f_lite.testing import ProviderContract, Wire

pytestmark = pytest.mark.slow  # the contract suite on each kind of provider, with its stalls


def dumped(value):
    return json.dumps(value, ensure_ascii=False).encode()


def event(value, name=""):
    line = f"event: {name}\n".encode() if name else b""
    return line + b"data: " + dumped(value) + b"\n\n"


class JSONWire(Wire):
    """The common part of the wires below: a complete answer is one JSON value, a stream is several."""

    def options(self, url):
        return {"base_url": url}

    def pieces(self, texts, request):
        if self.is_stream(request):
            return [*self.stream(texts), *self.last()]
        return [dumped(self.whole("".join(texts)))]

    def is_stream(self, request):
        return bool(request.json().get("stream"))

    def last(self):
        return []


class ChatWire(JSONWire):
    """OpenAI's chat completions."""

    content_type = "text/event-stream"

    def chunk(self, delta, reason=None):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {"id": "1", "created": 1, "model": "m", "choices": [choice]}

    def stream(self, texts):
        return [event(self.chunk({"content": text})) for text in texts]

    def last(self):
        return [event(self.chunk({}, "stop")) + b"data: [DONE]\n\n"]

    def whole(self, text):
        message = {"role": "assistant", "content": text}
        return {
            "id": "1",
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }


class AnthropicWire(JSONWire):
    content_type = "text/event-stream"

    def stream(self, texts):
        start = {"type": "message_start", "message": {"id": "1", "model": "m", "usage": {"input_tokens": 1}}}
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        deltas = [
            event(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
                "content_block_delta",
            )
            for text in texts
        ]
        begin = event(start, "message_start") + event(block, "content_block_start")
        return [begin + deltas[0], *deltas[1:]] if deltas else [begin]

    def last(self):
        stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}
        return [
            event({"type": "content_block_stop", "index": 0}, "content_block_stop")
            + event(stop, "message_delta")
            + event({"type": "message_stop"}, "message_stop")
        ]

    def whole(self, text):
        return {
            "type": "message",
            "id": "1",
            "model": "m",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }


class GeminiWire(JSONWire):
    content_type = "text/event-stream"

    def is_stream(self, request):
        return "stream" in request.target

    def whole(self, text, reason="STOP"):
        candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}
        return {"candidates": [{**candidate, "finishReason": reason} if reason else candidate]}

    def stream(self, texts):
        return [event(self.whole(text, None)) for text in texts]

    def last(self):
        return [event({"candidates": [{"index": 0, "finishReason": "STOP"}]})]


class OllamaWire(JSONWire):
    content_type = "application/x-ndjson"

    def whole(self, text, *, done=True):
        value = {"model": "m", "message": {"role": "assistant", "content": text}, "done": done}
        return {**value, "done_reason": "stop"} if done else value

    def stream(self, texts):
        return [dumped(self.whole(text, done=False)) + b"\n" for text in texts]

    def last(self):
        return [dumped(self.whole("")) + b"\n"]


class CohereWire(JSONWire):
    content_type = "text/event-stream"

    def stream(self, texts):
        return [
            event(
                {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}},
                "content-delta",
            )
            for text in texts
        ]

    def last(self):
        return [event({"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}, "message-end")]

    def whole(self, text):
        message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        return {"id": "1", "finish_reason": "COMPLETE", "message": message}


class TestOpenAI(ProviderContract):
    provider = "openai"
    wire = ChatWire()


class TestAnthropic(ProviderContract):
    provider = "anthropic"
    wire = AnthropicWire()


class TestGemini(ProviderContract):
    provider = "gemini"
    wire = GeminiWire()


class TestOllama(ProviderContract):
    provider = "ollama"
    wire = OllamaWire()


class TestCohere(ProviderContract):
    provider = "cohere"
    wire = CohereWire()
