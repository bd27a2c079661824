"""Files into documents. The only room that may create `Document.text`, and the only one that maps it back.

One format a file; `formats.py` says which file name belongs to which. Reading never rewrites: what is not body text
is marked as furniture, with a reason, and stays in the text.
"""

from retrieval.reading.documents import FileOfIt, collection_of, document_of
from retrieval.reading.extracted import Broken, Reading
from retrieval.reading.files import digest_of, read_file
from retrieval.reading.folder import FileStamp, walk
from retrieval.reading.formats import FORMATS, reader_of
from retrieval.reading.processes import Limits
from retrieval.reading.reread import Reread, reread
from retrieval.reading.rows.question_set import open_unzipped, read_corpus, read_json_lines
from retrieval.reading.wire import message_of, reading_of
from retrieval.reading.workers import Workers

__all__ = [
    "FORMATS",
    "Broken",
    "FileOfIt",
    "FileStamp",
    "Limits",
    "Reading",
    "Reread",
    "Workers",
    "collection_of",
    "digest_of",
    "document_of",
    "message_of",
    "open_unzipped",
    "read_corpus",
    "read_file",
    "read_json_lines",
    "reader_of",
    "reading_of",
    "reread",
    "walk",
]
