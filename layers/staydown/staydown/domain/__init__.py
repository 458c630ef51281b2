"""The rules, as pure functions and values: standard library only, without AWS or imaging."""
