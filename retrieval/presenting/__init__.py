"""Records as JSON, whose keys outlive versions, and as text for a terminal."""

from retrieval.presenting.answers import answer_json, answer_text, listing_json, listing_text
from retrieval.presenting.cited import Cited, cited_json, cited_text, receipt_json
from retrieval.presenting.index import (
    furniture_json,
    furniture_text,
    report_json,
    report_text,
    status_json,
    status_text,
)
from retrieval.presenting.verdicts import verified_json, verified_text

__all__ = [
    "Cited",
    "answer_json",
    "answer_text",
    "cited_json",
    "cited_text",
    "furniture_json",
    "furniture_text",
    "listing_json",
    "listing_text",
    "receipt_json",
    "report_json",
    "report_text",
    "status_json",
    "status_text",
    "verified_json",
    "verified_text",
]
