"""The kit for authors of providers: the HTTP client, decoders of responses, and errors of services."""
