"""Assignments and judgments: the hot path that never loses an answer nor collects one too many."""
