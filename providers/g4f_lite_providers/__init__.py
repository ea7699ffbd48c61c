"""The built-in providers. Each imports only the public API, as a provider of a third party does."""
