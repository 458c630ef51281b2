"""Counters as figures."""

from __future__ import annotations

from dataclasses import asdict

from staydown.domain.case_states import CaseState
from staydown.domain.decisions import Outcome
from staydown.domain.summary import Figures, named, share, times

from functions.stats import models

STOPPED = ("blocked", "removed", "held")


def presented(figures: Figures, *, ground: str) -> models.Stats:
    total = figures.total
    queue = figures.queue
    return models.Stats(
        first_day=figures.first,
        last_day=figures.last,
        now=figures.now,
        cases={state: figures.cases.get(state.value, 0) for state in CaseState},
        queue=models.QueueNow(
            waiting=queue.waiting,
            overdue=queue.overdue,
            median_age_hours=queue.median_hours,
            oldest_age_hours=queue.oldest_hours,
            by_age=[models.AgeOfCases(up_to_hours=upto, cases=by) for upto, by in queue.by_age],
        ),
        notices=total.get("notices", 0),
        opened_by_report=total.get("opened:report", 0),
        opened_by_match=total.get("opened:match", 0),
        time_to_act=models.TimeToAct(
            **asdict(times(total, "acted:")),
            in_time=total.get("in_time", 0),
            late=total.get("late", 0),
            share_in_time=share(total.get("in_time", 0), total.get("late", 0)),
        ),
        decisions={outcome: total.get(f"decided:{outcome.value}", 0) for outcome in Outcome},
        appeals=_appeals(figures),
        second_opinions=models.SecondOpinions(
            agreed=total.get("opinions:agreed", 0),
            differed=total.get("opinions:differed", 0),
            share_agreed=share(total.get("opinions:agreed", 0), total.get("opinions:differed", 0)),
        ),
        stopped=_stopped(figures),
        transparency=_transparency(figures, ground),
        reviewers=[
            models.ReviewerLoad(
                reviewer=reviewer,
                **{
                    name: counters.get(name, 0)
                    for name in models.ReviewerLoad.model_fields
                    if name != "reviewer"
                },
            )
            for reviewer, counters in sorted(figures.reviewers.items())
        ],
    )


def _appeals(figures: Figures) -> models.Appeals:
    counted = named(figures.total, "appeals:")
    upheld, rejected = counted.get("upheld", 0), counted.get("rejected", 0)
    return models.Appeals(
        filed=counted.get("filed", 0),
        upheld=upheld,
        rejected=rejected,
        share_overturned=share(upheld, rejected),
        time_to_answer=models.TimeTaken(**asdict(times(figures.total, "answered:"))),
    )


def _stopped(figures: Figures) -> models.Stopped:
    distances = {int(distance): by for distance, by in named(figures.total, "distance:").items()}
    return models.Stopped(
        **{kind: figures.total.get(f"stopped:{kind}", 0) for kind in STOPPED},
        by_day=[
            models.StoppedOnDay(date=day, **{kind: counters.get(f"stopped:{kind}", 0) for kind in STOPPED})
            for day, counters in sorted(figures.days.items())
            if named(counters, "stopped:")
        ],
        by_distance=[
            models.StoppedAtDistance(distance=distance, uploads=by)
            for distance, by in sorted(distances.items())
        ],
        by_view=[
            models.StoppedByView(view=view, uploads=by)
            for view, by in sorted(named(figures.total, "view:").items(), key=lambda one: (-one[1], one[0]))
        ],
    )


def _transparency(figures: Figures, ground: str) -> models.Transparency:
    total = figures.total
    return models.Transparency(
        notices=total.get("notices", 0),
        notices_by_automated_means=total.get("decided_by_machine", 0),
        cases_acted_on=sum(total.get(f"decided:{one.value}", 0) for one in Outcome if one.stops),
        cases_refused=total.get(f"decided:{Outcome.NOT_VIOLATING.value}", 0),
        actions=models.ActionsTaken(
            by_decision=total.get("uploads_judged", 0),
            by_match=total.get("stopped:blocked", 0) + total.get("stopped:removed", 0),
            accounts_blocked=total.get("accounts_suspended", 0) + total.get("by_hand:blocked", 0),
        ),
        ground=ground,
        complaints=total.get("appeals:filed", 0),
        complaints_upheld=total.get("appeals:upheld", 0),
        complaints_rejected=total.get("appeals:rejected", 0),
        suspensions=models.Suspensions(
            illegal_content=total.get("misuse:suspend", 0),
            unfounded_notices=total.get("suspended:notices", 0),
            unfounded_complaints=total.get("suspended:complaints", 0),
        ),
        misuse=models.Misuse(
            warned=total.get("misuse:warned", 0),
            warned_by_a_reviewer=total.get("misuse:warn", 0),
            suspended=total.get("misuse:suspend", 0),
            no_action=total.get("misuse:no_action", 0),
            unfounded_notices=total.get("misuse:unfounded", 0),
        ),
    )
