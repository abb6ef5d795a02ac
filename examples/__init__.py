"""Small programs to run and to read, and the demo (`python -m examples.demo`)."""
