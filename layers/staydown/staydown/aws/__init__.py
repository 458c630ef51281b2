"""AWS at the edge: the only package that imports boto3."""
