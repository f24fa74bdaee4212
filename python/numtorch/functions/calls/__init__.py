"""The first and last steps of every function: its arguments, devices, order in memory, outputs."""
