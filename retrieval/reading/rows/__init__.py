"""Files of which every row or line is a document."""
