"""From the names in a call to the providers that are asked."""
