"""Feedback from outside: facts that mark items and open labeling tasks, never pairs."""
