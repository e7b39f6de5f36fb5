"""Training suggestion models from what a crowd settled; it needs the extra `train`."""
