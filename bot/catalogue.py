"""Every fixed sentence that the bot can say, in one place. Values go into the braces, escaped like archive text."""

from __future__ import annotations

from enum import Enum


class Line(Enum):
    """Each is said as it stands here; `{name}` is the place of a value."""

    # Answers
    SEARCHED = "Searched {documents} and {passages}, {dates}."
    SEARCHED_FILTERED = "Searched {documents} and {passages}, {dates}; only {filters}."
    ONE_DOCUMENT = "1 document"
    DOCUMENTS = "{count} documents"
    ONE_PASSAGE = "1 passage"
    PASSAGES = "{count} passages"
    ALL_UNDATED = "all undated"
    NONE_DATED = "none dated"
    DATES = "dated {first} to {last}"
    UNDATED = "undated"
    FROM = "—"
    PARAGRAPH = "paragraph {number}"
    PAGE = "page {number}"
    CHAPTER = "chapter {number}"
    MESSAGE = "message {number}"
    LINE = "line {number}"
    IN_THE_TEXT = "In the text:"
    STATUS = "{status}:"
    CODE = "code"
    COPIES = "Nearly word for word in:"
    UNDERSTOOD = "Understood:"
    ONLY_PHRASE = "word for word “{value}”"
    ONLY = "only {field} {value} (“{words}”)"
    PREFERRED = "preferably {field} {value} (“{words}”)"
    AS_WRITTEN = "“ask as written: …” leaves that out"

    # Silence
    NOTHING_INDEXED = "Nothing is indexed yet."
    NOTHING_MATCHES_FILTERS = "No document matches these filters."
    NOTHING_RELEVANT = "The archive has no answer to this."
    NOT_A_QUESTION = "There is nothing to look up in this."
    NEAREST = "Nearest, but not an answer:"

    # Lookups
    NO_HITS = "No passage has all of this."
    NO_SUCH_PAGE = "There is no page {page}."
    MORE_HITS = "Page {page}; there are more on page {next}."
    LAST_HITS = "Page {page}, the last."

    # What codes stand for
    SUPERSEDED = "The words that had the code {code} changed in {path}."
    SUPERSEDED_STANDS = "The words that had the code {code} still stand in {path}, in other passages."
    SUPERSEDED_UNREADABLE = "The code {code} was of {path}, which can't be read at present."
    SUPERSEDED_GONE = "The code {code} was of {path}, which is no longer in the archive."
    OLD_WORDS = "It stood for, up to generation {generation}:"
    NEW_WORDS = "The document now says:"
    RECEIPT_HOLDS = "Receipt {code}: it holds, checked against the file at {time}."
    RECEIPT_FAILS = "Receipt {code}: it does NOT hold, checked against the file at {time}."
    RECEIPT_FAULT = "Not as it was: {fault}."
    FAULT_UNREADABLE = "the file can't be read now: {why}"
    FAULT_BYTES = "the file's bytes are not the ones that were indexed: their sha256 is {sha256}"
    FAULT_TEXT = "the text that is read from it is another than the one that was indexed"
    FAULT_WORDS_LOST = "these words no longer stand in it"
    FAULT_WORDS_MOVED = "these words stand elsewhere in it, at characters {start} to {end}"
    FAULT_READER = "it was read by {then} and would now be read by {now}"
    RECEIPT_PATH = "path"
    RECEIPT_DOCUMENT = "document"
    RECEIPT_FILE = "sha256 of the file"
    RECEIPT_TEXT = "sha256 of its text"
    RECEIPT_CHARACTERS = "characters"
    RECEIPT_BYTES = "bytes"
    RECEIPT_PLACE = "stands at"
    RECEIPT_READER = "read by"
    RECEIPT_GENERATION = "generation"
    RECEIPT_BUTTON = "Receipt {code}"
    SHARE_BUTTON = "Share"
    NOTHING_TO_SHARE = "There is nothing in this message to share."

    # Verdicts
    CLAIM = "Checked:"
    PART_OF_CLAIM = "Checked, and shown in part:"
    CLAIMED_SPEAKER = "Supposed to be by:"
    EXACT = "Verbatim: the archive has these words, in this order."
    TYPOGRAPHY = "Verbatim but for typography: quote marks, dashes, spaces or capitals differ."
    ALTERED = "Altered: the archive has this with other words."
    SPLICED = "Spliced: these are pieces that do not stand together in the archive."
    ELSEWHERE = "Real, but not as claimed."
    ABSENT = "Not in this archive. That does not make it untrue."
    CANNOT_CHECK = "This can't be checked."
    FLAG_NEGATION = "a negation differs"
    FLAG_NUMBER = "a number differs"
    FLAG_NAME = "a name differs"
    FLAG_UNIT = "a unit differs"
    FLAG_HEDGE = "how sure it is differs"
    DIFFERS = "“{claimed}” is {source} in the text"
    ADDED = "“{claimed}” is not in the text"
    LEFT_AWAY = "the text also has {source}"
    MORE_PLACES = "and in {count} more places"
    RELATED = "Not this quote, but about the same:"
    LEFT_UNCHECKED = "{count} more are not checked: {most} at most."
    NOTHING_TO_CHECK = "There is no sentence in this that could be checked."

    # Why a quote can't be checked, and what of the claim does not fit
    NO_LETTERS = "There is nothing to read in it: it has no letters."
    UNSPACED = "Its script has no spaces, and the index knows only whole runs of it."
    TOO_LONG = "It is too long: a quote may have {most} characters."
    TOO_SHORT = "It is too short: it has {words}, and {needed} are needed."
    NO_WORD = "no word"
    ONE_WORD = "one word"
    WORDS = "{count} words"
    TOO_SCATTERED = "It is in too many pieces: editor's marks cut it into {pieces}, and {most} are compared."
    HIDES_NEGATION = "The ellipsis leaves out a negation."
    HIDES_HEDGE = "The ellipsis leaves out a hedge."
    HIDES_NEGATION_AND_HEDGE = "The ellipsis leaves out a negation and a hedge."
    ELLIPSIS_ACROSS_SENTENCES = "The ellipsis runs over the end of a sentence."
    BRACKETS_ACROSS_SENTENCES = "Brackets stand for words across the end of a sentence."
    NO_CLARIFICATION = "“{bracket}” is no clarification of the source’s words."
    MARKS_DIFFER = "Editor’s marks differ:"
    MARK = "“{mark}”"
    FRAGMENTS_OF_ONE = "These are {count} fragments of one document that do not stand together."
    FRAGMENTS_OF_SEVERAL = "These are {count} fragments of {documents} documents that do not stand together."
    WORDS_OF_A_TITLE = "These are words of a title, “{title}”, and of no text."
    STANDS_ELSEWHERE = "It stands in “{here}”, not in “{asked}”."
    TEXT_SAYS = "The text there says:"
    TEXT_SAYS_ONLY = "The text there says only:"
    NOBODY_SAYS = "No words were found that say who says it."

    # Refusals
    REFUSED = "{reason}"
    QUESTION_TOO_LONG = "That is {length} characters long; {most} is the most I take. Please shorten it."
    ANSWERED_PRIVATELY = "I answered this privately."
    NOT_ALLOWED = "This is for the archive's administrators."

    BUSY = "Too many questions are waiting right now; please ask again in a moment."
    TOO_SLOW = "This took longer than {seconds} seconds, so I stopped; please ask again."
    LOADING = "I have just started and my model is still loading; your answer follows."
    ARCHIVE_CHANGED = "The archive changed while I was answering; please ask again."
    OUT_OF_SERVICE = (
        "The archive can't be searched right now; whoever runs me can find out why under the number {name} in the log."
    )
    FAILED = "Something went wrong on my side. Its number is {name}; whoever runs me can find it in the log."
    LEFT_OUT = "There is more than I post at once: {count} further messages' worth is left out."
    IN_A_FILE = "A sentence of {length} characters is too long for a message; it is in this file, unchanged."

    # Reindexing
    REINDEX_STARTED = "Reindexing: looking at the files."
    REINDEX_READING = "Reading: {files} of {of_files} files."
    REINDEX_PROGRESS = "Reindexing: {bar} {files} files read, {passages} passages indexed, {pace}/s, {left} left."
    REINDEX_RUNNING = "A reindex is already running; this is how far it is."
    REINDEX_DONE = (
        "Reindex done: + {added} added, ~ {changed} changed, − {gone} gone, {moved} moved, {same} the same, "
        "{unreadable} unreadable; generation {generation}, {seconds} seconds."
    )
    REINDEX_PLAN = (
        "A reindex would find: + {added} added, ~ {changed} changed, − {gone} gone, {moved} moved, {same} the same. "
        "Nothing was changed."
    )
    REINDEX_FAILED = "The reindex stopped and the old index still serves: {reason}"
    REINDEX_FAILED_OPENLY = "The reindex stopped and the old index still serves; the log says why."
    UNREADABLE = "unreadable:"
    AND_MORE = "and {count} more"

    # Help
    HELP = (
        "I answer questions from an archive of documents in the archive's own words: verbatim excerpts, each with its "
        "source and the words that say who claims it. I never write a claim of my own, and when the archive has no "
        "answer I say so."
    )
    HELP_ASK = (
        "/ask, or mention me with a question: the passages that answer it, the answering sentence in bold. Words in "
        "quotation marks must stand in the passage; dates, publishers, authors and collections in the question are "
        "understood, and the answer says how. “ask as written: …” takes the question for its words alone."
    )
    HELP_SEARCH = (
        '/search, or mention me with “search …”: the passages that hold all the words. “"two words"” must stand so, '
        "“-word” must not; “publisher:name”, “author:name”, “collection:name”, “after:2022-05-01” and "
        "“before:2022-05-31” narrow it, and “page:2” at the end turns the page."
    )
    HELP_SHOW = (
        "/show, or mention me with “show CODE”, or with [[CODE]] anywhere: the passage with that code; “around:2” "
        "after it adds so many paragraphs on either side, 3 at most."
    )
    HELP_RECEIPT = (
        "“receipt CODE”, or the button under an excerpt: what proves it, on Discord with a file to check without me."
    )
    HELP_VERIFY = (
        "/verify, or mention me with “verify QUOTE said_by:NAME”: whether these words, 6,000 characters at most, stand "
        "in the archive. “Check quotes” in a message's menu does that for each of its sentences, “Find in archive” "
        "looks for what it says; both answer you alone, with a button to share. “check: …” does it in chat."
    )
    HELP_CONTRACT = "How a quote is matched, exactly:"
    HELP_REINDEX = "/reindex: for the archive's administrators."
