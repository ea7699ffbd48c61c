"""OpenAI's chat completions wire format, and the services that speak it."""
