"""The blocking exchange, on `requests`."""
