"""From Python's types to JSON schemas, and from what a model wrote back to objects of these types."""
