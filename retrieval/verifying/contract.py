"""The matching contract, as `/help` says it. tests/verifying holds every sentence to it by name."""

from __future__ import annotations

from retrieval.verifying.comparing import LONG_RUN, SHARE, SHARE_OF_A_SHORT_ONE, SHARE_WITH_LONG_RUN
from retrieval.verifying.fitness import FEWEST_WORDS, MOST_CHARACTERS, MOST_PIECES
from retrieval.verifying.splicing import MOST_FRAGMENTS, SHORTEST_FRAGMENT
from retrieval.verifying.stretches import ELLIPSIS_REACH

CONTRACT: tuple[str, ...] = (
    "A quote is compared word by word with the text of the archive; no likeness, no meaning and no model decides.",
    "exact: it stands there character for character, whole words at both ends, without its own outer quote marks.",
    "typography: the same words, but for quote marks, dashes, spaces, line breaks, case or punctuation; all listed.",
    f"altered: {SHARE:.0%} of its words are there in order ({SHARE_OF_A_SHORT_ONE:.0%} of under {LONG_RUN}, "
    f"{SHARE_WITH_LONG_RUN:.0%} with {LONG_RUN} in a row) or all but one; of its content words three, or all but one, "
    "two at least.",
    f"spliced: two to {MOST_FRAGMENTS} runs of {SHORTEST_FRAGMENT} or more words, each there word for word, but not "
    "together.",
    "elsewhere: the words are real, but the text names another speaker, or they stand in another document.",
    "absent: no passage of the archive holds it. That is not to say that it is untrue.",
    f"cannot check: under {FEWEST_WORDS} words, no letters, over {MOST_CHARACTERS:,} characters, or cut into over "
    f"{MOST_PIECES} pieces.",
    f"“…” may leave out {ELLIPSIS_REACH} words, but no denial; “[sic]” leaves out none; “[T]he” changes a capital. "
    "Each is listed.",
    "“[he]” and “[the mayor]” may stand for two words or one name; a bracket with a new name, number or doubt alters.",
    "1,200 is 1200; but 23 and twenty-three, % and percent, café and cafe are different words. A “?” is a word.",
    "Flags say what differs: a negation, a number, a name, a unit or a hedge such as may, about and allegedly.",
)
