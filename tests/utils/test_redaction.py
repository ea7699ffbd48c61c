"""The three predicates about names that redaction has, and where they differ on purpose."""

import pytest

from g4f_lite._utils.redaction import environment_secrets, is_key_name, is_secret_name, is_secret_variable


@pytest.mark.parametrize(
    ("name", "is_hidden", "is_refused", "is_variable"),
    [
        ("api_key", True, True, True),
        ("x-api-key", True, True, True),
        ("authorization", True, True, False),
        ("session_token", True, True, True),
        # Hidden and not refused: the name only contains the word, or the value only may hold a key.
        ("max_tokens", True, False, False),
        ("keyboard", True, False, False),
        ("extra_headers", True, False, False),
        ("proxy", True, False, False),
        ("credential_file", True, False, False),
        # For variables of the environment the ending alone decides.
        ("AWS_CREDENTIALS", True, False, True),
        ("OPENAI_KEYS", True, False, True),
        ("HTTPS_PROXY", True, False, False),
        ("KEY_FOLDER", True, False, False),
        ("G4F_LITE_KEYS", True, False, False),  # `off` or a path, never a key
        ("temperature", False, False, False),
    ],
)
def test_each_predicate_decides_for_its_own_purpose(
    name: str, is_hidden: bool, is_refused: bool, is_variable: bool
) -> None:
    """What is hidden is more than what is refused, and variables of the environment have their own rule."""
    assert (is_secret_name(name), is_key_name(name), is_secret_variable(name)) == (
        is_hidden,
        is_refused,
        is_variable,
    )


def test_the_environment_yields_keys_and_the_logins_of_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key of a list is a secret of its own, and so is a password as it is and unquoted."""
    monkeypatch.setattr(
        "os.environ", {"A_KEYS": "one,two", "HTTPS_PROXY": "http://me:pa%24s@host", "PATH": "/"}
    )
    assert set(environment_secrets()) == {"one,two", "one", "two", "me:pa%24s", "pa%24s", "me:pa$s", "pa$s"}
