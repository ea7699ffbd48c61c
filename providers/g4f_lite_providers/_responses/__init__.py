"""OpenAI's Responses wire format."""
