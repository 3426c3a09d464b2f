"""Threads on items and guideline sections: blind until judged, live, ended with a resolution."""
