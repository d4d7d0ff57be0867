"""Training: what makes the reader's weights, from annotated news and names, on one CPU thread or one CUDA device."""
