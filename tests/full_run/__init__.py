"""The whole product against the Telegram stand-in: a requester, a crowd, and time that a test moves."""
