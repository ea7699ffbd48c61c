"""One call: its candidates, its attempts, its result."""
