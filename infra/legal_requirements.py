"""The legal requirements of docs/law.md: what each law asks for, and where the code meets it."""

from __future__ import annotations

from dataclasses import dataclass

_LAYER = "layers/staydown/staydown/"
_SERVICES, _DOMAIN = f"{_LAYER}services/", f"{_LAYER}domain/"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the page."""

    requirement_id: str
    summary: str
    code: tuple[str, ...]
    """Files, relative to the repository."""
    gap: str = ""
    """Why there is no test, or which part is missing."""


@dataclass(frozen=True, slots=True)
class LegalSource:
    title: str
    requirements: tuple[Requirement, ...]


LEGAL_SOURCES = (
    LegalSource(
        "United States: TAKE IT DOWN Act (47 USC 223a)",
        (
            Requirement(
                "US1",
                "A form without an account, for the person shown or an authorised representative",
                ("functions/reports/app.py", "console/form.html"),
            ),
            Requirement(
                "US2",
                "The elements of a valid request, and when it becomes valid. An incomplete request is stored "
                "and can be completed",
                (_DOMAIN + "cases/reports.py", _SERVICES + "reports/amend_report.py"),
            ),
            Requirement(
                "US3",
                "Removal within 48 hours. An image without a decision by then is hidden",
                (_DOMAIN + "cases/deadlines.py", _SERVICES + "deadlines.py"),
            ),
            Requirement(
                "US4",
                "Identical published copies are found and removed",
                (_SERVICES + "sweeps/sweep_bank.py",),
            ),
            Requirement("US5", "A plain page that explains how to request removal", ("console/index.html",)),
            Requirement(
                "US6",
                "Digital forgeries are covered",
                (_DOMAIN + "cases/decisions.py", _LAYER + "exchange/transparency.py"),
            ),
            Requirement(
                "US7",
                "The facts behind each decision are recorded",
                (_SERVICES + "review/decide_case.py",),
            ),
            Requirement(
                "US8",
                "Each request has a number for tracking",
                (_DOMAIN + "ids.py", _SERVICES + "reports/view_report.py"),
            ),
        ),
    ),
    LegalSource(
        "United Kingdom: Crime and Policing Act 2026, in the Online Safety Act",
        (
            Requirement(
                "UK1",
                "Covers the image and substantially similar images, by appearance and not only by bytes",
                (_DOMAIN + "bank/verdicts.py", _DOMAIN + "bank/alignment.py"),
            ),
            Requirement(
                "UK2",
                "A report contains declarations, the reporter's identity and contact details",
                (_DOMAIN + "cases/reports.py",),
            ),
            Requirement(
                "UK3",
                "A report is dismissed on one of two grounds, which is stated. The setting is recorded, but "
                "is not a ground",
                (_DOMAIN + "cases/decisions.py", _LAYER + "notices/contents.py"),
            ),
            Requirement(
                "UK4",
                "Matching against a hash bank, without missed matches",
                (_LAYER + "matching/hamming_index.py",),
            ),
            Requirement(
                "UK5",
                "The fields of a report are configurable",
                (_LAYER + "config/report_form.py", _SERVICES + "reports/file_report.py"),
            ),
        ),
    ),
    LegalSource(
        "European Union: Digital Services Act",
        (
            Requirement("EU1", "Art 16(2): the elements of a notice", (_DOMAIN + "cases/reports.py",)),
            Requirement(
                "EU2",
                "Art 16(4) to (6): confirmation of receipt, decision, redress, and use of automated means",
                (_SERVICES + "notices/write_notices.py", _LAYER + "notices/contents.py"),
            ),
            Requirement(
                "EU3",
                "Art 17: a statement of reasons to the account holder, without the reporter",
                (_LAYER + "notices/contents.py",),
            ),
            Requirement(
                "EU4",
                "Art 20: complaints for six months, by account holders (also about automatic and manual "
                "blocks) and by reporters whose report was dismissed",
                (
                    _SERVICES + "appeals/appeal_case_decision.py",
                    _SERVICES + "appeals/appeal_match.py",
                    _SERVICES + "appeals/appeal_block.py",
                    _SERVICES + "appeals/appeal_dismissal.py",
                ),
            ),
            Requirement(
                "EU5",
                "Art 20(6): an independent human decides, and a reversal takes effect at once",
                (_SERVICES + "appeals/decide_appeal.py", _SERVICES + "enforcement.py"),
            ),
            Requirement(
                "EU6",
                "Art 23: a warning before any suspension, which considers number, proportion, gravity and "
                "intention",
                (
                    _DOMAIN + "accounts/misuse.py",
                    _SERVICES + "misuse/decide_misuse.py",
                    _SERVICES + "deferrals.py",
                ),
                gap="Reporters without an account are only warned: nobody vouches for their identity.",
            ),
            Requirement(
                "EU7",
                "Art 24: counts for the transparency report",
                (_DOMAIN + "metrics.py", _DOMAIN + "metrics_summary.py"),
            ),
            Requirement(
                "EU8",
                "Art 24(5): statements for the DSA Transparency Database, without personal data",
                (_LAYER + "exchange/transparency.py",),
            ),
        ),
    ),
    LegalSource(
        "Data protection",
        (
            Requirement(
                "GD1",
                "A hash is personal data: it is never logged in full, and few people have access",
                ("template.yaml", "docs/data.md"),
            ),
            Requirement(
                "GD2",
                "A template for the data protection impact assessment",
                ("docs/dpia-template.md", "docs/data.md"),
            ),
            Requirement(
                "GD3",
                "Automated blocking is limited to identical or altered copies of reviewed images. It never "
                "blocks an account, and the account holder can appeal to a human. Humans decide all other "
                "cases",
                (_DOMAIN + "bank/verdicts.py", _SERVICES + "uploads/apply_match.py"),
            ),
            Requirement(
                "GD4", "Data minimisation, and separate encryption keys by kind of data", ("template.yaml",)
            ),
            Requirement(
                "GD5",
                "A retention period and a means of erasure for each class of data",
                (
                    _SERVICES + "retention/apply_retention.py",
                    _DOMAIN + "cases/retention.py",
                    "docs/data.md",
                ),
            ),
        ),
    ),
    LegalSource(
        "Suspected child",
        (
            Requirement(
                "CHILD",
                "The case is locked at once: only a restricted group has access, nobody sees the image, and "
                "each attempt is recorded",
                (_SERVICES + "access/cases.py", _DOMAIN + "cases/case.py"),
            ),
        ),
    ),
)
