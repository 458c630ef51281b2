"""Notices in words: every sentence is there in every language, and none says who reported."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from staydown.domain import misuse_contents, wording
from staydown.domain import notice_contents as contents
from staydown.domain.accounts import MANUAL, Block
from staydown.domain.appeals import Appeal, AppealOutcome, Appellant
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case, Origin
from staydown.domain.decisions import Complainant, Decision, Factors, Outcome, Setting, Shown
from staydown.domain.misuse import Intention, MisuseDecision, MisuseOutcome, MisuseReview
from staydown.domain.notice_contents import Content
from staydown.domain.notices import NoticeKind
from staydown.domain.reports import Declarations, Relation, Report
from staydown.domain.strikes import Ladder, Subject
from staydown.domain.wording import CATALOGUES, catalogue, load_catalogue

NOW = datetime(2026, 11, 23, 4, 1, 6, tzinfo=UTC)
LATER = datetime(2027, 5, 26, 4, 1, 6, tzinfo=UTC)
ENGLISH = catalogue("en")
REPORT = Report(
    "SD-09EE-YVTY", "0" * 64, NOW, Relation.SELF, Declarations(), statement="Jane wrote this", signed=True
)
FACTORS = Factors(frozenset({Shown.NUDITY, Shown.UNDERWEAR}), Setting.PRIVATE, Complainant.YES)
REFUSED = Factors(frozenset({Shown.NONE}), Setting.PUBLIC, Complainant.NO)
DECISION = Decision(Outcome.VIOLATING, FACTORS, "Jane is shown", "ada", NOW)
APPEAL = Appeal("appeal-1", "case-1", "alpha", "ann", "it is a beach", NOW)
LADDER = Ladder(warning=2, review=3, window=timedelta(days=90), longest=timedelta(days=90))
REVIEW = MisuseReview("r", Subject.of_account("alpha", "ann"), NOW, ("u1", "u2", "u3"), warned_at=NOW)
SUSPENDED = MisuseDecision(
    MisuseOutcome.SUSPEND, Intention.DELIBERATE, "Jane is shown", "ada", NOW, strikes=3, total=5
)


def case(origin: Origin) -> Case:
    return Case("case-1", CaseState.DECIDED, origin, NOW, None, reports=("SD-09EE-YVTY",), decision=DECISION)


def statement(origin: Origin = Origin.REPORT) -> Content:
    return contents.statement_by_case(
        case(origin),
        DECISION,
        platform="alpha",
        uploads=["u1", "u2"],
        put_up=NOW,
        ground="G.",
        appeal_until=LATER,
    )


def stop(*, removed: bool) -> Content:
    return contents.statement_by_match(
        platform="alpha",
        upload_id="u1",
        put_up=NOW,
        removed=removed,
        since=NOW,
        ground="G.",
        appeal_until=LATER,
    )


def decided(outcome: Outcome, factors: Factors | None = FACTORS) -> Content:
    return contents.decision(REPORT, outcome, factors, at=NOW, appeal_until=LATER)


ALL = [
    contents.receipt(REPORT, None),
    contents.receipt(REPORT, LATER),
    contents.information_needed(REPORT),
    decided(Outcome.VIOLATING),
    decided(Outcome.NOT_VIOLATING, REFUSED),
    decided(Outcome.NOT_VIOLATING, None),
    decided(Outcome.SUSPECTED_CHILD),
    contents.decision_reversed(REPORT),
    statement(),
    statement(Origin.MATCH),
    stop(removed=True),
    stop(removed=False),
    contents.statement_by_deadline(platform="alpha", upload_id="u1", put_up=None, since=NOW, ground="G."),
    contents.statement_by_hand(platform="alpha", reason="spam", since=NOW, ground="G.", appeal_until=LATER),
    contents.decision(REPORT, Outcome.NOT_VIOLATING, REFUSED, at=NOW, appeal_until=LATER, unfounded=True),
    contents.receipt(REPORT, LATER, LATER),
    contents.decision(
        REPORT, Outcome.NOT_VIOLATING, REFUSED, at=NOW, appeal_until=LATER, unfounded=True, ladder=LADDER
    ),
    misuse_contents.reports_warned(SUSPENDED, LADDER),
    misuse_contents.reports_suspended(REVIEW, SUSPENDED, until=LATER, ladder=LADDER),
    misuse_contents.reports_resumed(NOW),
    misuse_contents.warning(platform="alpha", uploads=["u1", "u2"], since=NOW, ladder=LADDER),
    misuse_contents.statement_by_misuse(REVIEW, SUSPENDED, until=LATER, ladder=LADDER, ground="G."),
    contents.block_lifted(platform="alpha", since=NOW, still_blocked=True),
    contents.block_lifted(platform="alpha", since=NOW, still_blocked=False),
    contents.appeal_receipt(APPEAL),
    contents.appeal_outcome(APPEAL, AppealOutcome.UPHELD, NOW),
    contents.appeal_outcome(APPEAL, AppealOutcome.REJECTED, NOW),
    contents.appeal_outcome(replace(APPEAL, party=Appellant.REPORTER), AppealOutcome.UPHELD, NOW),
    contents.appeal_outcome(replace(APPEAL, upload_id="u1"), AppealOutcome.UPHELD, NOW),
    contents.appeal_outcome(replace(APPEAL, block=Block(MANUAL, NOW, "spam")), AppealOutcome.UPHELD, NOW),
]
LANGUAGES = [file.stem for file in CATALOGUES.glob("*.json")]


def text(content: Content, language: str = "en") -> str:
    words = catalogue(language)
    title = words.title(content.kind.value, content.said)
    return "\n".join([title, *(words.sentence(key, content.said) for key in content.sentences)])


def gaps(template: str) -> set[str]:
    return set(string.Template(template).get_identifiers())


def test_there_is_a_content_of_each_kind() -> None:
    assert {content.kind for content in ALL} == set(NoticeKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_sentence_and_none_that_nobody_says(language: str) -> None:
    words = catalogue(language)
    mails = {"mail.news", "mail.open", "mail.open_the_page", "mail.choice"}
    assert set(words.sentences) == {key for content in ALL for key in content.sentences} | mails
    assert set(words.titles) == {kind.value for kind in NoticeKind} | {"mail"}
    for content in ALL:
        assert "$" not in text(content, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_says_what_english_says(language: str) -> None:
    words = catalogue(language)
    for key, sentence in ENGLISH.sentences.items():
        assert gaps(words.sentences[key]) == gaps(sentence), key
    assert set(words.words) == set(ENGLISH.words)


def test_every_code_has_words() -> None:
    everything_missing = Report("SD", "", NOW, Relation.SELF, Declarations()).missing
    assert {*everything_missing, *Shown} == set(ENGLISH.words)


def test_a_gap_that_nothing_fills_is_no_notice() -> None:
    with pytest.raises(KeyError):
        ENGLISH.sentence("receipt.received", {"case_number": "SD-09EE-YVTY"})


@pytest.mark.parametrize("content", [c for c in ALL if c.kind is NoticeKind.STATEMENT_OF_REASONS])
@pytest.mark.law("EU3")
def test_who_reported_is_in_no_statement_of_reasons(content: Content) -> None:
    said = text(content) + json.dumps(content.values)
    for private in ("SD-09EE-YVTY", "Jane", "subject", "acts_for_them", "ada"):
        assert private not in said


@pytest.mark.law("EU3")
def test_a_statement_of_reasons_has_all_that_article_17_names() -> None:
    said = text(statement())
    assert "removed what you had put up on alpha (u1 and u2) and blocked your account" in said  # action
    assert "You put up the first of them on" in said
    assert "every platform that works with us" in said  # scope
    assert "no end date" in said  # duration
    assert "found that it shows: nudity and underwear" in said  # facts
    assert "by a report, not by a machine" in said  # automated detection
    assert "by a person, not by a machine" in said  # automated decision
    assert "The ground: G." in said
    assert "appeal, free of charge, until 2027-05-26 04:01 UTC" in said  # redress
    assert "court" in said


@pytest.mark.law("EU2", "EU3")
def test_a_match_is_told_as_found_and_stopped_by_a_machine() -> None:
    content = ALL[10]
    assert content.values["automated_detection"] == content.values["automated_decision"] == "yes"
    assert "nobody looked at your upload" in text(content)


@pytest.mark.law("UK3", "EU2")
def test_a_refusal_names_its_ground_and_the_redress() -> None:
    said = text(decided(Outcome.NOT_VIOLATING, REFUSED))
    assert "not an intimate image" in said
    assert "not come from the person shown" in said
    assert "another look, free of charge, until 2027-05-26" in said


@pytest.mark.law("UK3")
def test_the_setting_alone_is_never_told_as_a_ground() -> None:
    in_public = Factors(frozenset({Shown.NUDITY}), Setting.PUBLIC, Complainant.YES)
    assert contents.decision(
        REPORT, Outcome.NOT_VIOLATING, in_public, at=NOW, appeal_until=LATER
    ).sentences == (
        "decision.not_violating",
        "decision.by_a_person",
        "decision.redress",
        "reporter.kind",
    )


def test_an_incomplete_report_is_told_what_is_missing() -> None:
    said = text(contents.receipt(REPORT, None))
    assert "we still need: which image it is, your declaration that it is an intimate image" in said
    assert "and an e-mail address" in said
    assert "SD-09EE-YVTY" in said


@pytest.mark.parametrize("asked", [None, "", "xx", "en", "EN-gb", "x-klingon", "en-Latn-GB"])
def test_a_language_that_there_is_not_is_english(asked: str | None) -> None:
    assert catalogue(asked).language == "en"


def test_another_language_is_one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    german = json.loads((CATALOGUES / "en.json").read_text(encoding="utf-8"))
    german["titles"]["receipt"] = "Ihre Meldung $case_number ist da"
    german["last"] = " und "
    for name, body in [("en", None), ("de", german)]:
        file = tmp_path / f"{name}.json"
        file.write_text(
            json.dumps(body) if body else (CATALOGUES / "en.json").read_text(encoding="utf-8"),
            encoding="utf-8",
        )
    monkeypatch.setattr(wording, "CATALOGUES", tmp_path)
    wording._catalogues.cache_clear()
    try:
        assert catalogue("de-AT").language == "de"
        assert catalogue("fr").language == "en"
        content = contents.receipt(REPORT, None)
        assert text(content, "de-AT").startswith("Ihre Meldung SD-09EE-YVTY ist da")
        assert load_catalogue(tmp_path / "de.json").last == " und "
    finally:
        wording._catalogues.cache_clear()
