"""Web pages: the article in them, what the page says of itself, and the way back to its source."""
