"""Reading, cleaning and exporting what requesters send and get back."""
