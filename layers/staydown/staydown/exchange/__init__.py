"""What leaves for other systems: signed webhooks, and statements of reasons for the transparency database."""
