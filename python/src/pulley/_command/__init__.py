"""The command line: `python -m pulley`."""
