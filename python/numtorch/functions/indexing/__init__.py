"""Functions that pick, place and find elements."""
