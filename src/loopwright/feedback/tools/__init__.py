"""Reads what other labeling tools export; pure but for the files it reads."""
