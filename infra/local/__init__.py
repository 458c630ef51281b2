"""The whole stack on one machine, from `template.yaml` itself."""
