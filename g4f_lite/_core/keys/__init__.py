"""API keys: the sources (the call, the environment, the key store) and their rotation."""
