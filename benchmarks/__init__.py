"""Figures beside the opponents, measured in the same run: `python -m benchmarks --help`."""
