"""The review of cases: queue, reveals, decisions, second opinions, splitting."""
