"""The gateway that applications talk to, and the way from its traffic back into the loop."""
