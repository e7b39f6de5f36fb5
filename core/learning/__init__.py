"""What is learned with NumPy: imported where a refit needs it, never on the way of an event."""
