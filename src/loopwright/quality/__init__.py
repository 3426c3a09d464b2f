"""Consensus, agreement, reliability and ratings: derived from the judgments, rebuilt at will."""
