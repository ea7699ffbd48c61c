"""Print an answer as it comes, and say which provider and model gave it.

python stream.py [PROVIDER]
"""

import sys

from g4f_lite import ChatCompletion

provider = sys.argv[1] if len(sys.argv) > 1 else "local"
messages = [{"role": "user", "content": "Why is the sky blue? One sentence."}]

with ChatCompletion.create(provider=provider, messages=messages, stream=True, max_tokens=60) as stream:
    for text in stream:
        print(text, end="", flush=True)

source = stream.completion.provenance
print(f"\n-- {source.provider} {source.version}, {source.model_served}; {stream.completion.usage}")
