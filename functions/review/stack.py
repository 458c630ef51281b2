"""The stack that all review routes share."""

from __future__ import annotations

from functools import cache

from staydown.aws.stack import Stack

stack = cache(Stack.from_environment)
