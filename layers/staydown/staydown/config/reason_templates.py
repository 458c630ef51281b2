"""Reasons for the usual decisions: where a reviewer starts, and says what is so of this image."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.cases.decisions import DecisionOutcome


@dataclass(frozen=True, slots=True)
class ReasonTemplate:
    """key: stable. title: what it is called in a list. text: of the reasons, to be made to fit."""

    key: str
    outcome: DecisionOutcome
    title: str
    text: str


REASON_TEMPLATES = (
    ReasonTemplate(
        "intimate_without_consent",
        DecisionOutcome.VIOLATING,
        "Intimate, no consent",
        "The image shows the person in an intimate way. They say that it was published without their "
        "consent, and nothing in the case speaks against that.",
    ),
    ReasonTemplate(
        "synthetic",
        DecisionOutcome.VIOLATING,
        "Synthetic, would be taken for real",
        "The image was made or altered by a machine so that a reasonable person would take it for a "
        "real intimate image of the person shown. They did not consent to it.",
    ),
    ReasonTemplate(
        "public_place",
        DecisionOutcome.VIOLATING,
        "Intimate, taken in public",
        "The image shows the person in an intimate way. That it was taken where others could see them "
        "does not mean that they agreed to its publication.",
    ),
    ReasonTemplate(
        "reported_for_them",
        DecisionOutcome.VIOLATING,
        "Reported by somebody who acts for them",
        "The image shows a person in an intimate way and without their consent. It was reported by "
        "somebody who is entitled to act for them.",
    ),
    ReasonTemplate(
        "not_intimate",
        DecisionOutcome.NOT_VIOLATING,
        "Not an intimate image",
        "The image shows nobody in an intimate way: no nudity, no sexual act, no intimate parts, no "
        "underwear, nobody on a toilet.",
    ),
    ReasonTemplate(
        "not_the_subject",
        DecisionOutcome.NOT_VIOLATING,
        "Not the person shown, and does not act for them",
        "From what the report says, it was sent neither by the person shown nor by somebody who acts "
        "for them.",
    ),
    ReasonTemplate(
        "near_match_of_another",
        DecisionOutcome.NOT_VIOLATING,
        "A match of another image",
        "The image was brought here because it is like one that is known. It is another image.",
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
        "Please tell us how you are entitled to act for the person shown: say, as a parent, a lawyer "
        "or a support worker whom they asked.",
    ),
    ReasonTemplate(
        "suspected_child",
        DecisionOutcome.SUSPECTED_CHILD,
        "May be a child",
        "The person shown may be under eighteen. Locked for the restricted group.",
    ),
)
