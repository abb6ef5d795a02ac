"""The protocol core: every wire case whole, byte by byte and with trailing bytes."""
