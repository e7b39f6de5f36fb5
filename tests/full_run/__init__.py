"""The whole product against stand-ins of the platforms: a requester, a crowd, and time that a test moves."""
