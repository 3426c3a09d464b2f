"""Pure estimators over numpy arrays; no database, no clock, no domain noun."""
