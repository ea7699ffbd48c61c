"""Broken: its import raises asyncio's CancelledError."""

import asyncio

raise asyncio.CancelledError
