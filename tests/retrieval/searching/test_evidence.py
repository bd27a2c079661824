"""What speaks for a passage and what against it, told apart by one word: features and signals on real sentences."""

from __future__ import annotations

import datetime

import pytest

from retrieval import Archive, RetrievalSettings

TEXTS = {
    "navy.txt": "The cruiser Aurelia was sunk in the bay of Ostrell in 1931. "
    "Admiral Brandt was hired by the navy that year.",
    "army.txt": "The army did not retreat from Mirren. Ninety soldiers stayed in the town until the spring of 1932.",
    "bread.txt": "Miriam Tolk sells rye bread on Quill Street. Her prices rose by 12 crowns.",
}


@pytest.fixture(scope="module")
def archive(encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "archive").mkdir()
    for name, text in TEXTS.items():
        (folder / "archive" / name).write_text(f"About {name}\n\n{text}")
    settings = RetrievalSettings(_env_file=None, archive=folder / "archive", data=folder / "data")
    opened = Archive(settings, encoder=encoder)
    opened.reindex()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("signal", "better", "worse"),
    [
        ("not_denied", "Which cruiser was sunk in the bay?", "Which cruiser was not sunk in the bay?"),
        ("not_denying", "Which army did not retreat from Mirren?", "Which army did retreat from Mirren?"),
        ("no_opposite", "Who was hired by the navy?", "Who was fired by the navy?"),
        ("no_opposite", "By how much rose the prices of Miriam Tolk?", "By how much fell the prices of Miriam Tolk?"),
        ("known_gradables", "Who was hired by the navy?", "Who was promoted early by the navy?"),
        ("known_names", "In which bay was the Aurelia sunk?", "In which bay was the Bellona sunk?"),
        ("names", "In which bay was the Aurelia sunk?", "In which bay was the Bellona sunk?"),
        ("years", "Which cruiser was sunk in 1931?", "Which cruiser was sunk in 1945?"),
        ("numbers", "Whose prices rose by 12 crowns?", "Whose prices rose by 13 crowns?"),
        ("period", "Which cruiser was sunk in 1931?", "Which cruiser was sunk in 1945?"),
        ("near", "Which cruiser was sunk in the bay?", "Which navy cruiser was sunk in the bay?"),
        (
            "wanted",
            "When was the cruiser Aurelia sunk?",
            "How many loaves of rye bread does Miriam Tolk sell on Quill Street?",
        ),
        ("sentence_shared", "Who sells rye bread?", "Who sells oat bread?"),
        ("passage_shared", "Who sells rye bread?", "Who sells oat bread?"),
    ],
)
def test_one_word_makes_the_signal_lower(archive, signal, better, worse):
    day = datetime.date(2022, 6, 16)
    high, low = (archive.ask(question, today=day).signals[signal] for question in (better, worse))
    assert high > low


def test_a_question_turned_round_has_less_evidence(archive):
    for better, worse in (
        ("Which cruiser was sunk in the bay?", "Which cruiser was not sunk in the bay?"),
        ("Who was hired by the navy?", "Who was fired by the navy?"),
        ("In which bay was the Aurelia sunk?", "In which bay was the Bellona sunk?"),
    ):
        assert archive.ask(better).evidence > archive.ask(worse).evidence + 0.1


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many soldiers stayed in Mirren?", "Ninety soldiers stayed in the town until the spring of 1932."),
        ("When was the cruiser sunk?", "The cruiser Aurelia was sunk in the bay of Ostrell in 1931."),
        ("Who was hired by the navy?", "Admiral Brandt was hired by the navy that year."),
    ],
)
def test_the_sentence_that_has_what_the_question_wants_is_marked(archive, question, sentence):
    first = archive.ask(question).excerpts[0]
    [answer] = first.answer
    start = answer.start - first.pieces[0].start
    assert first.text[start : start + len(answer)] == sentence
