"""What all routes of this function work on."""

from __future__ import annotations

from functools import cache

from staydown.aws.stack import Stack

stack = cache(Stack.from_environment)
