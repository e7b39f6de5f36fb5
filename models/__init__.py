"""Suggestion models."""
