"""`python -m statusherd` is the command line."""

from statusherd.cli import main

main()
