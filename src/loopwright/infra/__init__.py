"""Settings, database, event outbox, artifact store, durable runner: no domain noun lives here."""
