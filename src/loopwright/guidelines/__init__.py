"""Guideline versions: immutable text, criteria and checklist."""
