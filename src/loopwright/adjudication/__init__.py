"""Escalation: cases, blind decisions of senior people, and the case studies made of them."""
