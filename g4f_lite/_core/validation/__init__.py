"""Validation of providers against the contract, with everything that is wrong at once."""
