"""Commands: parse, call the server through the client, print."""
