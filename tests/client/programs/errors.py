"""Errors by their classes."""

from openai import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAI,
    OpenAIError,
    PermissionDeniedError,
    RateLimitError,
)

client = OpenAI(max_retries=0)


def attempt(what, used=client):
    try:
        used.chat.completions.create(model="gpt-4.1-mini", messages=[{"role": "user", "content": what}])
    except RateLimitError as error:
        print("slow down", error.code)
    except AuthenticationError:
        print("who are you")
    except PermissionDeniedError:
        print("not yours")
    except NotFoundError:
        print("no such thing")
    except BadRequestError as error:
        print("wrong", error.code, error.param)
    except InternalServerError:
        print("their fault")
    except APIStatusError:
        print("some status")
    except APIConnectionError:
        print("nobody there")
    except OpenAIError:
        print("anything else")
    else:
        print("fine")


for status in (200, 400, 401, 404, 409, 429, 500, 503):
    attempt(f"fail {status}")
attempt("hello", client.with_options(base_url="http://127.0.0.1:9/v1"))
