"""The public functions for chat, embeddings and lists of models."""
