"""The local stack: the resources and functions of `template.yaml` on one machine."""
