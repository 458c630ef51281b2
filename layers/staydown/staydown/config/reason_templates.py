"""Templates of reasons for common decisions, which a reviewer adapts to the image."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.cases.decisions import DecisionOutcome


@dataclass(frozen=True, slots=True)
class ReasonTemplate:
    """A template of reasons."""

    key: str
    """Stable, for clients."""
    outcome: DecisionOutcome
    """The outcome that the reasons are for."""
    title: str
    """The title in a list."""
    text: str
    """The reasons, to be adapted."""


REASON_TEMPLATES = (
    ReasonTemplate(
        "intimate_without_consent",
        DecisionOutcome.VIOLATING,
        "Intimate, no consent",
        "The image shows the person in an intimate way. They say that it was published without their "
        "consent, and nothing in the case contradicts that.",
    ),
    ReasonTemplate(
        "synthetic",
        DecisionOutcome.VIOLATING,
        "Synthetic, can be mistaken for real",
        "The image was generated or altered so that a reasonable person would take it for a real intimate "
        "image of the person shown. They did not consent to it.",
    ),
    ReasonTemplate(
        "public_place",
        DecisionOutcome.VIOLATING,
        "Intimate, taken in public",
        "The image shows the person in an intimate way. It was taken where others could see them, but that "
        "does not mean that they consented to its publication.",
    ),
    ReasonTemplate(
        "reported_for_them",
        DecisionOutcome.VIOLATING,
        "Reported by a representative",
        "The image shows a person in an intimate way and without their consent. The reporter is entitled to "
        "act for that person.",
    ),
    ReasonTemplate(
        "not_intimate",
        DecisionOutcome.NOT_VIOLATING,
        "Not an intimate image",
        "The image does not show anyone in an intimate way: no nudity, sexual act, intimate parts, underwear "
        "or person using a toilet.",
    ),
    ReasonTemplate(
        "not_the_subject",
        DecisionOutcome.NOT_VIOLATING,
        "Reporter is neither the person shown nor a representative",
        "According to the report, the reporter is neither the person shown nor someone who acts for that "
        "person.",
    ),
    ReasonTemplate(
        "near_match_of_another",
        DecisionOutcome.NOT_VIOLATING,
        "A match with a different image",
        "The image was sent for review because it is similar to a known image. It is a different image.",
    ),
    ReasonTemplate(
        "which_image",
        DecisionOutcome.NEEDS_INFORMATION,
        "Which image, or which person",
        "Please tell us which person in the image is you, or the person you act for.",
    ),
    ReasonTemplate(
        "entitled_to_act",
        DecisionOutcome.NEEDS_INFORMATION,
        "How you act for them",
        "Please tell us how you are entitled to act for the person shown: for example, as a parent, a "
        "lawyer, or a support worker whom they asked.",
    ),
    ReasonTemplate(
        "suspected_child",
        DecisionOutcome.SUSPECTED_CHILD,
        "May be a child",
        "The person shown may be under 18. The case is locked for the restricted group.",
    ),
)
