"""Log probabilities, several choices, and other options."""

import math

from openai import OpenAI

client = OpenAI()
response = client.chat.completions.create(
    model="gpt-4.1-mini",
    messages=[{"role": "developer", "content": "Classify."}, {"role": "user", "content": "logprobs"}],
    logprobs=True,
    top_logprobs=2,
    n=3,
    seed=7,
    temperature=0,
    top_p=0.9,
    presence_penalty=0.1,
    frequency_penalty=0.2,
    max_completion_tokens=20,
    logit_bias={"50256": -100},
    stop=["\n"],
    response_format={"type": "text"},
)
for choice in response.choices:
    print(choice.index, choice.message.content)
    for token in choice.logprobs.content:
        print(token.token, round(math.exp(token.logprob), 3), token.bytes)
        for top in token.top_logprobs:
            print("  ", top.token, round(math.exp(top.logprob), 3))
print(response.choices[0].logprobs.refusal, response.system_fingerprint, response.service_tier)
usage = response.usage
print(usage.prompt_tokens_details.cached_tokens, usage.completion_tokens_details.reasoning_tokens)
print(usage.to_dict()["total_tokens"], response.choices[0].logprobs.model_dump()["content"][0]["token"])
for chunk in client.chat.completions.create(
    model="gpt-4.1-mini", messages=[{"role": "user", "content": "logprobs"}], logprobs=True, stream=True
):
    if chunk.choices[0].logprobs:
        print([token.token for token in chunk.choices[0].logprobs.content])
