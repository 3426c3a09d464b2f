"""Whether a policy version may serve people: gates, shadow, canary, ramp, rollback."""
