"""From a passage to what is shown: the answering sentence, its attribution and qualifiers, whole sentences only."""

from retrieval.excerpting.attribution import find_attributions
from retrieval.excerpting.excerpt import chosen_sentences, excerpt_around, grown, in_context, whole_passage
from retrieval.excerpting.people import has_first_name
from retrieval.excerpting.speaking import who_says

__all__ = [
    "chosen_sentences",
    "excerpt_around",
    "find_attributions",
    "grown",
    "has_first_name",
    "in_context",
    "who_says",
    "whole_passage",
]
