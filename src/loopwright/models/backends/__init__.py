"""Backends that complete a conversation for a policy version."""
