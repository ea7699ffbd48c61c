"""The public functions: chat, embeddings, lists of models."""
