"""Measurements, side by side with what they are compared to; `python -m tests.benchmarks` runs them."""
