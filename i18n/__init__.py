"""Texts in the reader's language: catalogs, locale negotiation and formatting."""
