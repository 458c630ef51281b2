"""The command-line tool `staydown`: the recognition of the deployed functions on local files, without AWS."""
