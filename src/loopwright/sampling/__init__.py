"""What is judged next and with what probability: the queue, its bands and its propensities."""
