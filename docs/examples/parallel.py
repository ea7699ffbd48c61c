"""Answer many questions with asyncio, a few at a time.

python parallel.py [PROVIDER]
"""

import asyncio
import sys

from g4f_lite import ChatCompletion, G4FLiteError

provider = sys.argv[1] if len(sys.argv) > 1 else "local"
at_once = asyncio.Semaphore(4)
questions = [f"What is {number} plus {number}?" for number in range(1, 6)]


async def answer(question: str) -> str:
    async with at_once:
        try:
            messages = [{"role": "user", "content": question}]
            return str(await ChatCompletion.acreate(provider=provider, messages=messages, max_tokens=20))
        except G4FLiteError as error:
            return f"({error})"


async def main() -> None:
    for question, text in zip(questions, await asyncio.gather(*map(answer, questions)), strict=True):
        print(f"{question} {text}")


asyncio.run(main())
