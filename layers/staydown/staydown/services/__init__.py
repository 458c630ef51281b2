"""The use cases, one a module: functions that take a Stack."""
