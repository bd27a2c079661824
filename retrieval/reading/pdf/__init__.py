"""PDF: lines into paragraphs, without running heads and page numbers."""
