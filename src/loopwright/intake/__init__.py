"""Items arrive: files, API, captured traffic; masked, with provenance, without duplicates."""
