"""Order and sets."""
