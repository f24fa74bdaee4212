"""The rules of the kernels of neural networks."""
