"""Slack: translates what arrives and what is said, and nothing else."""
