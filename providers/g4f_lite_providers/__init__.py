"""The built-in providers. Each imports only the public API, as a third party's would."""
