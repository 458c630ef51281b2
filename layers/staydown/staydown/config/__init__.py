"""Settings of an operator: the questions of the report form, help lines and templates of reasons."""
