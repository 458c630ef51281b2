"""Notices to reporters and account holders: their content, catalogues of texts, and e-mails."""
