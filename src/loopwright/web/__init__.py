"""The app factory: mounts the stages' routes and the built pages; holds no rules."""
