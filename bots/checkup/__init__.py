"""What `chatcrowd doctor` looks at: each room of the house finds what is fine and what is to be mended."""
