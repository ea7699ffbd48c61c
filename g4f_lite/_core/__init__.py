"""What the public modules are made of. Nothing here is public; imports go down the list in `docs/architecture.md`."""
