"""One file for each carrier: what a label costs, its numbers, its paper. The house carrier needs nobody outside."""
