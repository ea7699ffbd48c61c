"""Find, load, validate and hold plugins."""
