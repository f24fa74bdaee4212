"""What every function does first and last: its arguments, devices, order in memory, outputs."""
