"""Where keys come from: the call, the environment, the key store."""
