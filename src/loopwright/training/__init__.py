"""Training runs: recipes, subprocess steps, manifests, the hacking watch."""
