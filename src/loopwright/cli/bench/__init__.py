"""Benchmarks behind `loopwright bench`: figures with their circumstances, no verdicts."""
