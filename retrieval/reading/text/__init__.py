"""Text and Markdown, as they stand."""
