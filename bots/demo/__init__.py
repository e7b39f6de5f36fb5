"""What a newcomer finds: two small projects of our own, and a simulated crowd that works on them."""
