"""Cases: reports, decisions, second opinions, appeals, legal holds and retention."""
