"""Ids, errors, digests and the clock: pure, imports nothing of ours."""
