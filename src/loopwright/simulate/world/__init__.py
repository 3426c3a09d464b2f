"""A small support-chat world with a hidden rubric: pure, seeded, for tests and the demo."""
