"""`python -m stowline` is `stowline`."""

from stowline.cli import main

main()
