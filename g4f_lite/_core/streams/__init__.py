"""Read a call: synchronously, asynchronously, through a thread."""
