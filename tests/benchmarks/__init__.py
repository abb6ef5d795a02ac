"""Tests of the arithmetic, the tables and the runner of the benchmarks."""
