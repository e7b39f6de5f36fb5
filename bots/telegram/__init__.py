"""Telegram: updates become what was heard, messages become calls of the Bot API."""
