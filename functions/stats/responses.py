"""Responses about metrics, computed from counters."""

from __future__ import annotations

from dataclasses import asdict

from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.metrics_summary import MetricsSummary, counters_with_prefix, duration_stats, proportion

from functions.stats import models

MATCH_EFFECTS = ("blocked", "removed", "held")


def stats_response(metrics: MetricsSummary, *, ground: str) -> models.Stats:
    total = metrics.total
    queue = metrics.queue
    return models.Stats(
        first_day=metrics.first,
        last_day=metrics.last,
        now=metrics.now,
        cases={state: metrics.cases.get(state.value, 0) for state in CaseState},
        queue=models.QueueStats(
            waiting=queue.waiting,
            overdue=queue.overdue,
            median_age_hours=queue.median_hours,
            oldest_age_hours=queue.oldest_hours,
            by_age=[models.QueueAgeBucket(up_to_hours=hours, cases=cases) for hours, cases in queue.by_age],
        ),
        notices=total.get("notices", 0),
        opened_by_report=total.get("opened:report", 0),
        opened_by_match=total.get("opened:match", 0),
        time_to_act=models.DecisionTimeStats(
            **asdict(duration_stats(total, "acted:")),
            in_time=total.get("in_time", 0),
            late=total.get("late", 0),
            share_in_time=proportion(total.get("in_time", 0), total.get("late", 0)),
        ),
        decisions={outcome: total.get(f"decided:{outcome.value}", 0) for outcome in DecisionOutcome},
        appeals=_appeal_stats(metrics),
        second_opinions=models.SecondOpinionStats(
            agreed=total.get("opinions:agreed", 0),
            differed=total.get("opinions:differed", 0),
            share_agreed=proportion(total.get("opinions:agreed", 0), total.get("opinions:differed", 0)),
        ),
        stopped=_match_stats(metrics),
        transparency=_transparency_stats(metrics, ground),
        reviewers=[
            models.ReviewerStats(
                reviewer=reviewer,
                **{
                    name: counters.get(name, 0)
                    for name in models.ReviewerStats.model_fields
                    if name != "reviewer"
                },
            )
            for reviewer, counters in sorted(metrics.reviewers.items())
        ],
    )


def _appeal_stats(metrics: MetricsSummary) -> models.AppealStats:
    counted = counters_with_prefix(metrics.total, "appeals:")
    upheld, rejected = counted.get("upheld", 0), counted.get("rejected", 0)
    return models.AppealStats(
        filed=counted.get("filed", 0),
        upheld=upheld,
        rejected=rejected,
        share_overturned=proportion(upheld, rejected),
        time_to_answer=models.DurationStats(**asdict(duration_stats(metrics.total, "answered:"))),
    )


def _match_stats(metrics: MetricsSummary) -> models.MatchStats:
    distances = {
        int(distance): uploads
        for distance, uploads in counters_with_prefix(metrics.total, "distance:").items()
    }
    return models.MatchStats(
        **{kind: metrics.total.get(f"stopped:{kind}", 0) for kind in MATCH_EFFECTS},
        by_day=[
            models.MatchStatsByDay(
                date=day, **{kind: counters.get(f"stopped:{kind}", 0) for kind in MATCH_EFFECTS}
            )
            for day, counters in sorted(metrics.days.items())
            if counters_with_prefix(counters, "stopped:")
        ],
        by_distance=[
            models.MatchStatsByDistance(distance=distance, uploads=uploads)
            for distance, uploads in sorted(distances.items())
        ],
        by_view=[
            models.MatchStatsByView(view=view, uploads=uploads)
            for view, uploads in sorted(
                counters_with_prefix(metrics.total, "view:").items(), key=lambda item: (-item[1], item[0])
            )
        ],
    )


def _transparency_stats(metrics: MetricsSummary, ground: str) -> models.TransparencyStats:
    total = metrics.total
    return models.TransparencyStats(
        notices=total.get("notices", 0),
        notices_by_automated_means=total.get("decided_by_machine", 0),
        cases_acted_on=sum(
            total.get(f"decided:{outcome.value}", 0) for outcome in DecisionOutcome if outcome.is_violation
        ),
        cases_refused=total.get(f"decided:{DecisionOutcome.NOT_VIOLATING.value}", 0),
        actions=models.ActionStats(
            by_decision=total.get("uploads_judged", 0),
            by_match=total.get("stopped:blocked", 0) + total.get("stopped:removed", 0),
            accounts_blocked=total.get("accounts_suspended", 0) + total.get("by_hand:blocked", 0),
        ),
        ground=ground,
        complaints=total.get("appeals:filed", 0),
        complaints_upheld=total.get("appeals:upheld", 0),
        complaints_rejected=total.get("appeals:rejected", 0),
        suspensions=models.SuspensionStats(
            illegal_content=total.get("misuse:suspend", 0),
            unfounded_notices=total.get("suspended:notices", 0),
            unfounded_complaints=total.get("suspended:complaints", 0),
        ),
        misuse=models.MisuseStats(
            warned=total.get("misuse:warned", 0),
            warned_by_a_reviewer=total.get("misuse:warn", 0),
            suspended=total.get("misuse:suspend", 0),
            no_action=total.get("misuse:no_action", 0),
            unfounded_notices=total.get("misuse:unfounded", 0),
        ),
    )
