"""How things are heard and said: the conversation and the chat platforms."""
