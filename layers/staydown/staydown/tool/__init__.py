"""The tool: `python -m staydown`, which does on folders of files what the functions do. It needs no AWS."""
