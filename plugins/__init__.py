"""The built-in transports: one module per URL scheme, each found through its entry point."""
