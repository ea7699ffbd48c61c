"""Discovery, loading and look-up of providers."""
