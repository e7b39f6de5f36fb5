"""The conversation, once for all platforms."""
