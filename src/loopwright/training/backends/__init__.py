"""Programs that a training step runs as a subprocess; only they import torch and trl."""
