"""What the loop does as a whole: what waits, what is stuck, how long a signal takes to act."""
