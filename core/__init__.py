"""What is true and what follows: the game, without any chat platform."""
