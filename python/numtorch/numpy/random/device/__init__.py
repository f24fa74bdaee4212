"""Draws on a device with libtorch's kernels: a stream of their own, determined by NumPy's bit generator."""

from numtorch.numpy.random.device.stream import DeviceStream

__all__ = ["DeviceStream"]
