"""What tests of several folders share: a PostgreSQL server of their own, a running server."""
