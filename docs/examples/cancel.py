"""Stop an answer in the middle, and keep the text so far. Closing the stream closes the service's connection.

python cancel.py [PROVIDER]
"""

import sys

from g4f_lite import ChatCompletion

provider = sys.argv[1] if len(sys.argv) > 1 else "local"
messages = [{"role": "user", "content": "Tell me a long story about a fox."}]

stream = ChatCompletion.create(provider=provider, messages=messages, stream=True)
enough = 10
for number, _ in enumerate(stream, 1):
    if number == enough:
        stream.close()
        break

print(stream.completion.text)
print(stream.completion.finish_reason)  # "cancelled"
