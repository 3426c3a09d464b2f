"""Blind comparisons, win rates, contrast audits and style signals of policy versions."""
