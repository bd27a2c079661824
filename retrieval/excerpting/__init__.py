"""From a passage to what is shown: the answering sentence, its attribution and qualifiers, whole sentences only."""

from retrieval.excerpting.attribution import find_attributions
from retrieval.excerpting.excerpt import chosen_sentences, excerpt_around, grown, in_context, naming, whole_passage

__all__ = ["chosen_sentences", "excerpt_around", "find_attributions", "grown", "in_context", "naming", "whole_passage"]
