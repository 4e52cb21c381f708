"""Benchmarks: one file a question, each answered as ratios against named baselines in one run."""
