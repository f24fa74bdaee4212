"""Functions that pick, write and find elements."""
