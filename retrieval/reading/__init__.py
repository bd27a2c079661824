"""Files into documents. The only room that may create `Document.text`, and the only one that maps it back.

One format a file; `formats.py` says which file name belongs to which. Reading never rewrites: what is not body text
is marked as furniture, with a reason, and stays in the text.
"""

from retrieval.reading.folder import FileStamp, walk
from retrieval.reading.formats import FORMATS, digest_of, read_file
from retrieval.reading.question_set import open_unzipped, read_corpus, read_json_lines
from retrieval.reading.reread import Reread, reread

__all__ = [
    "FORMATS",
    "FileStamp",
    "Reread",
    "digest_of",
    "open_unzipped",
    "read_corpus",
    "read_file",
    "read_json_lines",
    "reread",
    "walk",
]
