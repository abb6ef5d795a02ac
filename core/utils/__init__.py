"""pyzmq's helpers, under its names."""
