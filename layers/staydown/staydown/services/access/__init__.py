"""Who may open what: cases for staff, reports for reporters. Shared by the services."""
