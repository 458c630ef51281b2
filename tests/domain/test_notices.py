"""Texts of notices: every language has every sentence, and none identifies the reporter."""

from __future__ import annotations

import json
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from staydown.domain.accounts.account import MANUAL_BLOCK, Block
from staydown.domain.accounts.misuse import Intention, MisuseDecision, MisuseOutcome, MisuseReview
from staydown.domain.accounts.strikes import MisuseSubject, StrikePolicy
from staydown.domain.cases.appeals import (
    AppealOutcome,
    BlockAppeal,
    DecisionAppeal,
    DismissalAppeal,
    MatchAppeal,
)
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    Decision,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.reports import Declarations, RelationToSubject, Report
from staydown.domain.cases.states import CaseState
from staydown.notices import appeals, contents, wording
from staydown.notices import misuse as misuse_contents
from staydown.notices.contents import NoticeContent
from staydown.notices.notice import NoticeKind
from staydown.notices.wording import CATALOGUES_DIR, catalogue_for, load_catalogue

NOW = datetime(2026, 11, 23, 4, 1, 6, tzinfo=UTC)
LATER = datetime(2027, 5, 26, 4, 1, 6, tzinfo=UTC)
ENGLISH = catalogue_for("en")
REPORT = Report(
    "SD-09EE-YVTY",
    "0" * 64,
    NOW,
    RelationToSubject.SELF,
    Declarations(),
    statement="Jane wrote this",
    signed=True,
)
FACTORS = Factors(
    frozenset({ShownContent.NUDITY, ShownContent.UNDERWEAR}), SceneSetting.PRIVATE, ComplainantIsSubject.YES
)
REFUSED = Factors(frozenset({ShownContent.NONE}), SceneSetting.PUBLIC, ComplainantIsSubject.NO)
DECISION = Decision(DecisionOutcome.VIOLATING, FACTORS, "Jane is shown", "ada", NOW)
APPEAL = DecisionAppeal(
    appeal_id="appeal-1",
    case_id="case-1",
    platform="alpha",
    account_id="ann",
    statement="it is a beach",
    filed_at=NOW,
)
DISMISSAL_APPEAL = DismissalAppeal(
    appeal_id="appeal-1",
    case_id="case-1",
    case_number="SD-09EE-YVTY",
    statement="it is me",
    filed_at=NOW,
)
MATCH_APPEAL = MatchAppeal(
    appeal_id="appeal-1",
    case_id="case-1",
    platform="alpha",
    account_id="ann",
    upload_id="u1",
    statement="it is a beach",
    filed_at=NOW,
)
BLOCK_APPEAL = BlockAppeal(
    appeal_id="appeal-1",
    platform="alpha",
    account_id="ann",
    block=Block(MANUAL_BLOCK, NOW, "spam"),
    statement="it is a beach",
    filed_at=NOW,
)
STRIKE_POLICY = StrikePolicy(
    warning_threshold=2, review_threshold=3, window=timedelta(days=90), max_suspension=timedelta(days=90)
)
REVIEW = MisuseReview("r", MisuseSubject.of_account("alpha", "ann"), NOW, ("u1", "u2", "u3"), warned_at=NOW)
SUSPENDED = MisuseDecision(
    MisuseOutcome.SUSPEND, Intention.DELIBERATE, "Jane is shown", "ada", NOW, strikes=3, total=5
)


def case(origin: CaseOrigin) -> Case:
    return Case("case-1", CaseState.DECIDED, origin, NOW, None, reports=("SD-09EE-YVTY",), decision=DECISION)


def statement(origin: CaseOrigin = CaseOrigin.REPORT) -> NoticeContent:
    return contents.statement_for_decision(
        case(origin),
        DECISION,
        platform="alpha",
        uploads=["u1", "u2"],
        first_uploaded_at=NOW,
        ground="G.",
        appeal_until=LATER,
    )


def stop(*, removed: bool) -> NoticeContent:
    return contents.statement_for_match(
        platform="alpha",
        upload_id="u1",
        uploaded_at=NOW,
        removed=removed,
        since=NOW,
        ground="G.",
        appeal_until=LATER,
    )


def decided(outcome: DecisionOutcome, factors: Factors | None = FACTORS) -> NoticeContent:
    return contents.decision(REPORT, outcome, factors, at=NOW, appeal_until=LATER)


ALL = [
    contents.receipt(REPORT, None),
    contents.receipt(REPORT, LATER),
    contents.information_needed(REPORT),
    decided(DecisionOutcome.VIOLATING),
    decided(DecisionOutcome.NOT_VIOLATING, REFUSED),
    decided(DecisionOutcome.NOT_VIOLATING, None),
    decided(DecisionOutcome.SUSPECTED_CHILD),
    contents.decision_reversed(REPORT),
    statement(),
    statement(CaseOrigin.MATCH),
    stop(removed=True),
    stop(removed=False),
    contents.statement_for_deadline(
        platform="alpha", upload_id="u1", uploaded_at=None, since=NOW, ground="G."
    ),
    contents.statement_for_manual_block(
        platform="alpha", reason="spam", since=NOW, ground="G.", appeal_until=LATER
    ),
    contents.decision(
        REPORT, DecisionOutcome.NOT_VIOLATING, REFUSED, at=NOW, appeal_until=LATER, manifestly_unfounded=True
    ),
    contents.receipt(REPORT, LATER, LATER),
    contents.decision(
        REPORT,
        DecisionOutcome.NOT_VIOLATING,
        REFUSED,
        at=NOW,
        appeal_until=LATER,
        manifestly_unfounded=True,
        strike_policy=STRIKE_POLICY,
    ),
    misuse_contents.reports_warned(SUSPENDED, STRIKE_POLICY),
    misuse_contents.reports_suspended(REVIEW, SUSPENDED, until=LATER, policy=STRIKE_POLICY),
    misuse_contents.reports_resumed(NOW),
    misuse_contents.warning(platform="alpha", uploads=["u1", "u2"], since=NOW, policy=STRIKE_POLICY),
    misuse_contents.statement_for_suspension(
        REVIEW, SUSPENDED, until=LATER, policy=STRIKE_POLICY, ground="G."
    ),
    contents.block_lifted(platform="alpha", since=NOW, still_blocked=True),
    contents.block_lifted(platform="alpha", since=NOW, still_blocked=False),
    appeals.appeal_receipt(APPEAL),
    appeals.appeal_outcome(APPEAL, AppealOutcome.GRANTED, NOW),
    appeals.appeal_outcome(APPEAL, AppealOutcome.DENIED, NOW),
    appeals.appeal_outcome(DISMISSAL_APPEAL, AppealOutcome.GRANTED, NOW),
    appeals.appeal_outcome(MATCH_APPEAL, AppealOutcome.GRANTED, NOW),
    appeals.appeal_outcome(BLOCK_APPEAL, AppealOutcome.GRANTED, NOW),
]
LANGUAGES = [file.stem for file in CATALOGUES_DIR.glob("*.json")]


def text(content: NoticeContent, language: str = "en") -> str:
    words = catalogue_for(language)
    title = words.title(content.kind.value, content.template_values)
    return "\n".join([title, *(words.sentence(key, content.template_values) for key in content.sentences)])


def gaps(template: str) -> set[str]:
    return set(string.Template(template).get_identifiers())


def test_every_notice_kind_has_contents() -> None:
    assert {content.kind for content in ALL} == set(NoticeKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_has_exactly_the_sentences_in_use(language: str) -> None:
    words = catalogue_for(language)
    mails = {"mail.news", "mail.open", "mail.open_the_page", "mail.choice"}
    assert set(words.sentences) == {key for content in ALL for key in content.sentences} | mails
    assert set(words.titles) == {kind.value for kind in NoticeKind} | {"mail"}
    for content in ALL:
        assert "$" not in text(content, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_has_the_placeholders_of_english(language: str) -> None:
    words = catalogue_for(language)
    for key, sentence in ENGLISH.sentences.items():
        assert gaps(words.sentences[key]) == gaps(sentence), key
    assert set(words.words) == set(ENGLISH.words)


def test_every_code_has_a_text() -> None:
    everything_missing = Report("SD", "", NOW, RelationToSubject.SELF, Declarations()).missing
    assert {*everything_missing, *ShownContent} == set(ENGLISH.words)


def test_notice_with_a_missing_value_is_rejected() -> None:
    with pytest.raises(KeyError):
        ENGLISH.sentence("receipt.received", {"case_number": "SD-09EE-YVTY"})


@pytest.mark.parametrize("content", [c for c in ALL if c.kind is NoticeKind.STATEMENT_OF_REASONS])
@pytest.mark.law("EU3")
def test_statement_of_reasons_never_names_the_reporter(content: NoticeContent) -> None:
    body = text(content) + json.dumps(content.notice_values)
    for private in ("SD-09EE-YVTY", "Jane", "subject", "acts_for_them", "ada"):
        assert private not in body


@pytest.mark.law("EU3")
def test_statement_of_reasons_has_the_article_17_elements() -> None:
    body = text(statement())
    assert (
        "removed content that you uploaded to alpha (upload ID: u1 and u2). We also blocked your account"
        in body
    )  # action
    assert "You uploaded the first of these images on" in body
    assert "every platform that works with us" in body  # scope
    assert "no fixed end date" in body  # duration
    assert "found that it shows: nudity and underwear" in body  # facts
    assert "through a report, not through an automated system" in body  # automated detection
    assert "A person made the decision, not an automated system" in body  # automated decision
    assert "The ground: G." in body
    assert "you can appeal until 2027-05-26 04:01 UTC. It is free of charge." in body  # redress
    assert "court" in body


@pytest.mark.law("EU2", "EU3")
def test_match_notice_states_automated_detection_and_decision() -> None:
    content = ALL[10]
    assert (
        content.notice_values["automated_detection"] == content.notice_values["automated_decision"] == "yes"
    )
    assert "No person looked at your upload" in text(content)


@pytest.mark.law("UK3", "EU2")
def test_dismissal_notice_states_ground_and_redress() -> None:
    body = text(decided(DecisionOutcome.NOT_VIOLATING, REFUSED))
    assert "not an intimate image" in body
    assert "not sent by the person shown" in body
    assert "you can appeal until 2027-05-26 04:01 UTC. It is free of charge." in body


@pytest.mark.law("UK3")
def test_setting_alone_is_never_stated_as_a_ground() -> None:
    in_public = Factors(frozenset({ShownContent.NUDITY}), SceneSetting.PUBLIC, ComplainantIsSubject.YES)
    assert contents.decision(
        REPORT, DecisionOutcome.NOT_VIOLATING, in_public, at=NOW, appeal_until=LATER
    ).sentences == (
        "decision.not_violating",
        "decision.by_a_person",
        "decision.redress",
        "reporter.kind",
    )


def test_receipt_of_an_incomplete_report_lists_missing_parts() -> None:
    body = text(contents.receipt(REPORT, None))
    assert (
        "We still need: which image the report is about, your declaration that it is an intimate image"
        in body
    )
    assert "and an email address" in body
    assert "SD-09EE-YVTY" in body


@pytest.mark.parametrize("asked", [None, "", "xx", "en", "EN-gb", "x-klingon", "en-Latn-GB"])
def test_unknown_language_falls_back_to_english(asked: str | None) -> None:
    assert catalogue_for(asked).language == "en"


def test_language_is_added_by_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    german = json.loads((CATALOGUES_DIR / "en.json").read_text(encoding="utf-8"))
    german["titles"]["receipt"] = "Ihre Meldung $case_number ist da"
    german["last_separator"] = " und "
    for name, body in [("en", None), ("de", german)]:
        file = tmp_path / f"{name}.json"
        file.write_text(
            json.dumps(body) if body else (CATALOGUES_DIR / "en.json").read_text(encoding="utf-8"),
            encoding="utf-8",
        )
    monkeypatch.setattr(wording, "CATALOGUES_DIR", tmp_path)
    wording._catalogues.cache_clear()
    try:
        assert catalogue_for("de-AT").language == "de"
        assert catalogue_for("fr").language == "en"
        content = contents.receipt(REPORT, None)
        assert text(content, "de-AT").startswith("Ihre Meldung SD-09EE-YVTY ist da")
        assert load_catalogue(tmp_path / "de.json").last_separator == " und "
    finally:
        wording._catalogues.cache_clear()
