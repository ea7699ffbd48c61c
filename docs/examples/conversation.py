"""Keep a conversation: each question is sent with all earlier turns. An empty line ends it.

python conversation.py [PROVIDER]
"""

import sys

from g4f_lite import ChatCompletion, G4FLiteError

provider = sys.argv[1] if len(sys.argv) > 1 else "local"
messages: list[dict[str, str]] = []

while question := (sys.stdin.readline() or "").strip():
    messages.append({"role": "user", "content": question})
    try:
        answer = ChatCompletion.create(provider=provider, messages=messages, max_tokens=60)
    except G4FLiteError as error:
        print(error)
        messages.pop()  # so that the next question does not follow an unanswered one
        continue
    print(answer)
    messages.append({"role": "assistant", "content": str(answer)})
