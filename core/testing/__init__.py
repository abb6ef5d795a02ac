"""Public test tools for transport plugins: conformance kits and a fake transport with faults."""
