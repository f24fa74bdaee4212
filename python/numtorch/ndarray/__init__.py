"""The members of Tensor that are written in Python, and how one is printed and pickled."""
