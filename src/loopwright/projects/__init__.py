"""A project: its questions, segments, recipe and gates, described by project.yaml."""
