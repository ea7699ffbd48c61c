"""The streams of chunks and of events that the clients return."""
