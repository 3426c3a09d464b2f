"""Policy versions, reward-model versions, and the backends that answer for them."""
