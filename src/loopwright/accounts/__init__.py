"""People, pseudonymous raters, roles, sessions and API keys; the one access check."""
