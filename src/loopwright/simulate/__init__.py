"""Simulated annotators, traffic and worlds: they use the client, as people would."""
