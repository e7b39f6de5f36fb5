"""Pure rules: time and chance are arguments, nothing here can fail for reasons outside."""
