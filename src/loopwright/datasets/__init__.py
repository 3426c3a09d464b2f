"""Immutable, content-addressed dataset versions: splits, lineage, export."""
