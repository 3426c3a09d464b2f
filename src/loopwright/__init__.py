"""Loopwright: from human judgments to a safely released policy, with lineage all the way."""

__version__ = "0.1.0"
