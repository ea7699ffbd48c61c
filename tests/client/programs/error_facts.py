"""Attributes of errors, their classes, and retries."""

import openai

client = openai.OpenAI(max_retries=0)


def ask(what, **more):
    say = [{"role": "user", "content": what}]
    return client.chat.completions.create(model="gpt-4.1-mini", messages=say, **more)


try:
    ask("fail 429")
except openai.RateLimitError as error:
    print(error.status_code, error.code, error.type, error.param, error.request_id)
    print(error.response.status_code, error.response.headers.get("retry-after"))
    print(error.response.headers["X-Request-Id"], error.response.json()["error"]["code"])
    print(isinstance(error, openai.APIStatusError), isinstance(error, openai.APIError), bool(error.message))

for what in ("fail 400", "fail 401", "fail 404", "fail 422", "fail 429", "fail 500"):
    try:
        ask(what)
    except (openai.RateLimitError, openai.InternalServerError) as error:
        print("again later", error.status_code, error.request_id)
    except openai.AuthenticationError as error:
        print("key", error.status_code)
    except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
        print("mine", error.status_code)
    except openai.APIStatusError as error:
        print("other", error.status_code, error.response.is_success)

try:
    ask("stall", timeout=0.3)
except openai.APIConnectionError as error:
    print("no answer", isinstance(error, openai.APITimeoutError), isinstance(error, openai.APIStatusError))
try:
    ask("stall", timeout=openai.Timeout(5, read=0.3))
except openai.APITimeoutError as error:
    print("timeout", isinstance(error, openai.OpenAIError), error.message != "")


def with_backoff(call, wait_for=(openai.RateLimitError, openai.APIConnectionError), tries=2):
    for attempt in range(tries):
        try:
            return call()
        except wait_for as error:
            print("attempt", attempt, type(error).__name__, str(error) != "")
    return None


print(with_backoff(lambda: ask("fail 429")))
print(with_backoff(lambda: ask("fine")).choices[0].message.content)
