"""How each person judges over time: drift, learning, a plan of their own, evidence to look at."""
