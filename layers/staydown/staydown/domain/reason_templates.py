"""Reasons for the usual decisions: where a reviewer starts, and says what is so of this image."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.decisions import Outcome


@dataclass(frozen=True, slots=True)
class Template:
    """key: stable. title: what it is called in a list. text: of the reasons, to be made to fit."""

    key: str
    outcome: Outcome
    title: str
    text: str


TEMPLATES = (
    Template(
        "intimate_without_consent",
        Outcome.VIOLATING,
        "Intimate, no consent",
        "The image shows the person in an intimate way. They say that it was published without their "
        "consent, and nothing in the case speaks against that.",
    ),
    Template(
        "synthetic",
        Outcome.VIOLATING,
        "Synthetic, would be taken for real",
        "The image was made or altered by a machine so that a reasonable person would take it for a "
        "real intimate image of the person shown. They did not consent to it.",
    ),
    Template(
        "public_place",
        Outcome.VIOLATING,
        "Intimate, taken in public",
        "The image shows the person in an intimate way. That it was taken where others could see them "
        "does not mean that they agreed to its publication.",
    ),
    Template(
        "reported_for_them",
        Outcome.VIOLATING,
        "Reported by somebody who acts for them",
        "The image shows a person in an intimate way and without their consent. It was reported by "
        "somebody who is entitled to act for them.",
    ),
    Template(
        "not_intimate",
        Outcome.NOT_VIOLATING,
        "Not an intimate image",
        "The image shows nobody in an intimate way: no nudity, no sexual act, no intimate parts, no "
        "underwear, nobody on a toilet.",
    ),
    Template(
        "not_the_subject",
        Outcome.NOT_VIOLATING,
        "Not the person shown, and does not act for them",
        "From what the report says, it was sent neither by the person shown nor by somebody who acts "
        "for them.",
    ),
    Template(
        "near_match_of_another",
        Outcome.NOT_VIOLATING,
        "A match of another image",
        "The image was brought here because it is like one that is known. It is another image.",
    ),
    Template(
        "which_image",
        Outcome.NEEDS_INFORMATION,
        "Which image, or which person",
        "Please tell us which person in the image is you, or the person you act for.",
    ),
    Template(
        "entitled_to_act",
        Outcome.NEEDS_INFORMATION,
        "How you act for them",
        "Please tell us how you are entitled to act for the person shown: say, as a parent, a lawyer "
        "or a support worker whom they asked.",
    ),
    Template(
        "suspected_child",
        Outcome.SUSPECTED_CHILD,
        "May be a child",
        "The person shown may be under eighteen. Locked for the restricted group.",
    ),
)
