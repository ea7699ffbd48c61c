"""Whether a provider fulfils the contract, and everything that is wrong if it does not."""
