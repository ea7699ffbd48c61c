"""Ask a second provider when the first one fails, and show every attempt.

The first provider has no server behind its address here, so the connection is refused; the second one answers.
"""

from g4f_lite import ChatCompletion, Step

answer = ChatCompletion.create(
    provider=[Step("llamacpp/any-model", options={"base_url": "http://127.0.0.1:9"}), "local"],
    messages=[{"role": "user", "content": "Name a colour."}],
    retries=1,
    deadline=60,
)
print(answer)
for attempt in answer.provenance.attempts:
    print(f"{attempt.provider}: {attempt.outcome} {attempt.error or ''}")
