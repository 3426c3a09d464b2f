"""The durable workflow that closes the loop; full_cycle.py names every stage in order."""
