"""The matching contract, as `/help` says it. tests/verifying holds every sentence to it by name."""

from __future__ import annotations

CONTRACT: tuple[str, ...] = (
    "A quote is compared word by word with the text of the archive; no likeness, no meaning and no model decides.",
    "exact: it stands there character for character, whole words at both ends, without its own outer quote marks.",
    "typography: the same words, but for quote marks, dashes, spaces, line breaks, case or punctuation; all listed.",
    "altered: six words in ten are there in order (seven of under eight words, four with eight in a row) or all but "
    "one; and of its content words three, or all but one, two at least.",
    "spliced: two to four runs of four or more words, each there word for word, but not together.",
    "elsewhere: the words are real, but the text names another speaker, or they stand in another document.",
    "absent: no passage of the archive holds it. That is not to say that it is untrue.",
    "cannot check: under three words, no letters, over 20,000 characters, or cut into over 60 pieces.",
    "“…” may leave out 200 words, but no denial; “[sic]” leaves out none; “[T]he” changes a capital. Each is listed.",
    "“[he]” and “[the mayor]” may stand for two words or one name; a bracket with a new name, number or doubt alters.",
    "1,200 is 1200; but 23 and twenty-three, % and percent, café and cafe are different words. A “?” is a word.",
    "Flags say what differs: a negation, a number, a name, a unit or a hedge such as may, about and allegedly.",
)
