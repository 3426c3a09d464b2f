"""Signed messages to other systems about what happened, made from the event outbox."""
