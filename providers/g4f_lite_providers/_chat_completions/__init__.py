"""The wire format of OpenAI's chat completions, and the services that speak it."""
