"""The asynchronous exchange, on asyncio and httptools."""
