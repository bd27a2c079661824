"""Every verdict, every flag and many look-alikes: `golden.toml`, asked of an archive that is really indexed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from retrieval import CONTRACT, EVERYTHING, Archive, Filter, Flag, Ruling
from retrieval.presenting import verified_json

GROUPS = tomllib.loads(Path(__file__).with_name("golden.toml").read_text(encoding="utf-8"))["group"]
CASES = [{"verdict": group["verdict"]} | case for group in GROUPS for case in group["cases"]]
FOUND = set(Ruling) - {Ruling.ABSENT, Ruling.CANNOT_CHECK}


def asked(archive: Archive, case: dict[str, Any]) -> Any:
    where = Filter(publisher=case["where"]) if "where" in case else EVERYTHING
    return archive.verify(case["q"], case.get("by"), case.get("document"), where)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['verdict']}: {case['q'][:60]}")
def test_a_quote_gets_its_verdict_its_flags_and_its_differences(archive: Archive, case: dict[str, Any]) -> None:
    said = asked(archive, case)
    assert said.ruling == case["verdict"], said
    if "flags" in case:
        assert [str(flag) for flag in said.flags] == case["flags"], said.differences
    if "d" in case:
        assert [[each.claimed or "", each.source or ""] for each in said.differences] == case["d"]
    if "t" in case:
        assert said.matches[0].text == " […] ".join(case["t"])
    if "in" in case:
        assert said.matches[0].excerpt.source.path == case["in"]
    if "n" in case:
        assert len(said.matches) == case["n"]
    if "reason" in case:
        assert case["reason"] in (verified_json(said)["reason"] or "")
    if "related" in case:
        assert bool(said.related) == case["related"]
    assert bool(said.matches) == (said.ruling in FOUND)
    for difference in said.differences:
        if difference.place is not None:
            here = [(said.matches[0].excerpt.source.id, difference.place)]
            assert archive.slices(here) == [difference.source], "a difference is of the first match's document"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["q"][:60])
def test_what_is_shown_of_a_match_is_sliced_from_its_document(archive: Archive, case: dict[str, Any]) -> None:
    for match in asked(archive, case).matches:
        document = match.excerpt.source.id
        assert match.text == " […] ".join(archive.slices([(document, piece) for piece in match.pieces]))
        assert match.excerpt.text == " […] ".join(archive.slices([(document, each) for each in match.excerpt.pieces]))


def test_the_golden_set_is_large_and_leaves_out_no_verdict_and_no_flag() -> None:
    assert len(CASES) >= 200
    assert {case["verdict"] for case in CASES} == {str(ruling) for ruling in Ruling}
    assert {flag for case in CASES for flag in case.get("flags", ())} == {str(flag) for flag in Flag}


def test_every_sentence_of_the_contract_has_cases_and_can_be_shown() -> None:
    held = {group["contract"] for group in GROUPS}
    spoken = [sentence for sentence in CONTRACT if not any(sentence.startswith(start) for start in held)]
    assert spoken == [CONTRACT[0]], "the first is held by test_hostile: no model is asked"
    assert all(any(sentence.startswith(start) for sentence in CONTRACT) for start in held)
    assert len(CONTRACT) <= 12
    assert max(map(len, CONTRACT)) <= 180
