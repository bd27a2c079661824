"""Office documents, read without an office."""
