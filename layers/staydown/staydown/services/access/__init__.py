"""Access checks that the services share: cases for staff, reports for reporters, appeals of matches."""
