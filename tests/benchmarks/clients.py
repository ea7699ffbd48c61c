"""The compared clients, with the same calls; each call returns the answer's text.

"bare" is a program written by hand with the library that the kit uses.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import openai
import requests

from g4f_lite import AsyncClient, ChatCompletion, Client

KEY = "sk-benchmark"
MODEL = "gpt-5.5"
MESSAGES: list[Any] = [{"role": "user", "content": "hello"}]
HEADERS = {"Authorization": f"Bearer {KEY}"}
BODY = {"model": MODEL, "messages": MESSAGES}
STREAM_BODY = {**BODY, "stream": True, "stream_options": {"include_usage": True}}

Call = Callable[[], str]
AsyncCall = Callable[[], Awaitable[str]]


class Sync:
    """The synchronous clients of one address, created once, as in a program."""

    def __init__(self, base: str) -> None:
        self.base = f"{base}/v1"
        self.session = requests.Session()
        self.official = openai.OpenAI(api_key=KEY, base_url=self.base)
        self.client = Client(provider="openai", api_key=KEY, base_url=self.base)

    def calls(self) -> dict[str, Call]:
        """Return one call of each client, by the client's name."""
        return {"bare": self._bare, "openai": self._openai, "ours": self._ours, "client": self._client}

    def streams(self) -> dict[str, Call]:
        """Return one streamed answer of each client, by the client's name."""
        return {
            "bare": self._bare_stream,
            "openai": self._openai_stream,
            "ours": self._ours_stream,
            "client": self._client_stream,
        }

    def _bare(self) -> str:
        response = self.session.post(
            f"{self.base}/chat/completions", json=BODY, headers=HEADERS, timeout=(10, 600)
        )
        response.raise_for_status()
        text: str = response.json()["choices"][0]["message"]["content"]
        return text

    def _openai(self) -> str:
        answer = self.official.chat.completions.create(model=MODEL, messages=MESSAGES)
        return answer.choices[0].message.content or ""

    def _ours(self) -> str:
        return ChatCompletion.create(
            provider="openai", model=MODEL, messages=MESSAGES, auth=KEY, base_url=self.base
        )

    def _client(self) -> str:
        answer = self.client.chat.completions.create(model=MODEL, messages=MESSAGES)
        return answer.choices[0].message.content or ""

    def _bare_stream(self) -> str:
        pieces = []
        with self.session.post(
            f"{self.base}/chat/completions",
            json=STREAM_BODY,
            headers=HEADERS,
            timeout=(10, 600),
            stream=True,
        ) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if line.startswith(b"data: ") and line != b"data: [DONE]":
                    text = json.loads(line[6:])["choices"][0]["delta"].get("content")
                    if text:
                        pieces.append(text)
        return "".join(pieces)

    def _openai_stream(self) -> str:
        pieces = []
        with self.official.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
            for chunk in stream:
                text = chunk.choices[0].delta.content
                if text:
                    pieces.append(text)
        return "".join(pieces)

    def _ours_stream(self) -> str:
        with ChatCompletion.create(
            provider="openai", model=MODEL, messages=MESSAGES, auth=KEY, base_url=self.base, stream=True
        ) as stream:
            return "".join(list(stream))

    def _client_stream(self) -> str:
        pieces = []
        with self.client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
            for chunk in stream:
                text = chunk.choices[0].delta.content
                if text:
                    pieces.append(text)
        return "".join(pieces)


class Async:
    """The asynchronous clients of one address, in the running loop."""

    def __init__(self, base: str) -> None:
        self.base = f"{base}/v1"
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.official = openai.AsyncOpenAI(api_key=KEY, base_url=self.base)
        self.client = AsyncClient(provider="openai", api_key=KEY, base_url=self.base)

    async def close(self) -> None:
        """Close the clients that hold connections."""
        await self.session.close()
        await self.official.close()

    def calls(self) -> dict[str, AsyncCall]:
        """Return one call of each client, by the client's name."""
        return {"bare": self._bare, "openai": self._openai, "ours": self._ours, "client": self._client}

    def streams(self) -> dict[str, AsyncCall]:
        """Return one streamed answer of each client, by the client's name."""
        return {
            "bare": self._bare_stream,
            "openai": self._openai_stream,
            "ours": self._ours_stream,
            "client": self._client_stream,
        }

    async def _bare(self) -> str:
        async with self.session.post(f"{self.base}/chat/completions", json=BODY, headers=HEADERS) as response:
            response.raise_for_status()
            text: str = (await response.json())["choices"][0]["message"]["content"]
            return text

    async def _openai(self) -> str:
        answer = await self.official.chat.completions.create(model=MODEL, messages=MESSAGES)
        return answer.choices[0].message.content or ""

    async def _ours(self) -> str:
        return await ChatCompletion.acreate(
            provider="openai", model=MODEL, messages=MESSAGES, auth=KEY, base_url=self.base
        )

    async def _client(self) -> str:
        answer = await self.client.chat.completions.create(model=MODEL, messages=MESSAGES)
        return answer.choices[0].message.content or ""

    async def _bare_stream(self) -> str:
        pieces = []
        async with self.session.post(
            f"{self.base}/chat/completions", json=STREAM_BODY, headers=HEADERS
        ) as response:
            response.raise_for_status()
            async for line in response.content:
                line = line.strip()  # noqa: PLW2901 - the usual way to write this loop
                if line.startswith(b"data: ") and line != b"data: [DONE]":
                    text = json.loads(line[6:])["choices"][0]["delta"].get("content")
                    if text:
                        pieces.append(text)
        return "".join(pieces)

    async def _openai_stream(self) -> str:
        pieces = []
        async with await self.official.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True
        ) as stream:
            async for chunk in stream:
                text = chunk.choices[0].delta.content
                if text:
                    pieces.append(text)
        return "".join(pieces)

    async def _ours_stream(self) -> str:
        async with ChatCompletion.acreate(
            provider="openai", model=MODEL, messages=MESSAGES, auth=KEY, base_url=self.base, stream=True
        ) as stream:
            return "".join([text async for text in stream])

    async def _client_stream(self) -> str:
        pieces = []
        async with await self.client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True
        ) as stream:
            async for chunk in stream:
                text = chunk.choices[0].delta.content
                if text:
                    pieces.append(text)
        return "".join(pieces)


async def at_once(call: AsyncCall, tasks: int, each: int) -> None:
    """Make `each` calls in each of `tasks` concurrent tasks."""

    async def worker() -> None:
        for _ in range(each):
            await call()

    await asyncio.gather(*(worker() for _ in range(tasks)))
