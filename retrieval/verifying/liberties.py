"""What an editor's mark may do to a quote that stands word for word, and what turns it into another statement.

“…” may leave words out, but none that denies; brackets may hold a pronoun, an article with a noun, or the source's own
words, in the place of a word or two, of a name, or of nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from retrieval.remarks import Liberty, MarksDiffer, NoClarification, Remark
from retrieval.verdicts import Flag
from retrieval.verifying.editing import Claim, Edit, Joint
from retrieval.verifying.flags import Words, brought_in, flags, words
from retrieval.verifying.standing import REPLACED, Standing, left_out
from retrieval.verifying.tokens import Token
from retrieval.verifying.wording import english

MOST_REPLACED = 2
"""Words that one in brackets may stand for; a name may have more."""
MOST_NOUNS = 2
"""Words behind an article in brackets: “[the harbour office]”."""
_HIDDEN = {
    (Flag.NEGATION,): Liberty.HIDES_NEGATION,
    (Flag.HEDGE,): Liberty.HIDES_HEDGE,
    (Flag.NEGATION, Flag.HEDGE): Liberty.HIDES_NEGATION_AND_HEDGE,
}


@dataclass(frozen=True, slots=True)
class Liberties:
    alters: bool
    flags: tuple[Flag, ...]
    remarks: tuple[Remark, ...]


def liberties(claim: Claim, found: Standing) -> Liberties:
    """Of all editor's marks of a quote."""
    told = [*_at_gaps(claim, found), *_in_brackets(claim, found)]
    raised = {flag for each in told for flag in each.flags}
    remarks = dict.fromkeys(remark for each in told for remark in each.remarks)
    if marks := tuple(dict.fromkeys(_marks(claim, found))):
        remarks[MarksDiffer(marks)] = None
    return Liberties(
        any(each.alters for each in told),
        tuple(flag for flag in Flag if flag in raised),
        tuple(remarks),
    )


def hidden(inner: Sequence[Token], tokens: Sequence[Token]) -> tuple[Flag, ...]:
    """Of what an ellipsis leaves out, names and numbers are nothing to warn of."""
    return tuple(flag for flag in flags([(Words(inner), Words(tokens))], ()) if flag in (Flag.NEGATION, Flag.HEDGE))


def inner_of(joints: Sequence[Joint]) -> list[Token]:
    return [token for joint in joints for token in joint.inner]


def _at_gaps(claim: Claim, found: Standing) -> Iterator[Liberties]:
    for index, tokens in left_out(found):
        joints = claim.joints[index]
        if not tokens or not any(joint.edit is Edit.GAP for joint in joints):
            continue
        behind = found.stretch.tokens[found.places[index + 1][0]]
        raised = hidden(inner_of(joints), tokens)
        if raised:
            yield Liberties(Flag.NEGATION in raised, raised, (_HIDDEN[raised],))
        if any(token.opens for token in (*tokens, behind)):
            yield Liberties(False, (), (Liberty.ELLIPSIS_ACROSS_SENTENCES,))


def _in_brackets(claim: Claim, found: Standing) -> Iterator[Liberties]:
    source = found.stretch.tokens
    for index, tokens in left_out(found):
        joints = claim.joints[index]
        inner = inner_of(joints)
        if not any(joint.edit is Edit.PUT for joint in joints) or [t.key for t in inner] == [t.key for t in tokens]:
            continue
        gap = any(joint.edit is Edit.GAP for joint in joints)
        behind = found.places[index + 1][0]
        replaced = words(source, behind - len(tokens), behind)
        raised = flags([(Words(inner, replaced.behind), replaced)], brought_in(inner, tokens))
        if gap:
            raised = tuple(flag for flag in raised if flag is Flag.NAME)
        if not gap and any(token.opens for token in tokens[1:]):
            yield Liberties(True, raised, (Liberty.BRACKETS_ACROSS_SENTENCES,))
        elif raised or not (
            _is_clarifying(inner, {t.key for t in tokens}) and (gap or _is_short(tokens, {t.key for t in inner}))
        ):
            yield _altering(joints, raised)
    for joint in claim.outer:
        if joint.edit is Edit.PUT:
            near = _beside(found, ahead=joint.span.start == 0)
            own = [token for token in joint.inner if token.key not in near]
            raised = flags([(Words(own), Words(()))], brought_in(own, ()))
            if raised or not _is_clarifying(joint.inner, near):
                yield _altering([joint], raised)


def _altering(joints: Sequence[Joint], raised: tuple[Flag, ...]) -> Liberties:
    shown = " ".join(token.written for token in inner_of(joints))
    return Liberties(True, raised, (NoClarification(shown),))


def _is_clarifying(inner: Sequence[Token], there: Collection[str]) -> bool:
    """Whether it is a pronoun, an article with a noun, or words that the source has there."""
    keys = [token.key for token in inner]
    known = english()
    if not keys or all(key in there for key in keys):
        return True
    if len(keys) == 1:
        return keys[0] in known.pronouns
    return keys[0] in known.articles and len(keys) <= 1 + MOST_NOUNS and not known.function.intersection(keys[1:])


def _is_short(tokens: Sequence[Token], inner: Collection[str]) -> bool:
    """A word or two, or one name with its titles and with what the bracket has of it: “[the lawyer]”."""
    if len(tokens) <= MOST_REPLACED:
        return True
    known = english().titles | set(inner)
    return len(tokens) <= REPLACED and all(token.written[:1].isupper() or token.key in known for token in tokens)


def _beside(found: Standing, ahead: bool) -> frozenset[str]:
    """Keys of the words of the same sentence just before the quote, or just behind it."""
    source = found.stretch.tokens
    near: list[Token] = []
    if ahead:
        at = found.places[0][0]
        while at > 0 and len(near) < REPLACED and not source[at].opens:
            at -= 1
            near.append(source[at])
    else:
        for token in source[found.places[-1][1] :][:REPLACED]:
            if token.opens:
                break
            near.append(token)
    return frozenset(token.key for token in near)


def _marks(claim: Claim, found: Standing) -> Iterator[str]:
    """As they are written: all but an ellipsis that leaves nothing out."""
    gone = dict(left_out(found))
    for index, joints in enumerate(claim.joints):
        yield from (j.span.of(claim.text) for j in joints if j.edit is not Edit.GAP or gone[index])
    yield from (joint.span.of(claim.text) for joint in claim.outer)
    written = (claim.text[token.start : token.end] for token in claim.tokens)
    yield from (word for word in written if "[" in word)
