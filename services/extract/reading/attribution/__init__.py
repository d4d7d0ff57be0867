"""Who is said to have said what: learnt attributions by our guidelines, and those that rules find."""
