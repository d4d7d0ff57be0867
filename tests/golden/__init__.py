"""Golden pages: shapes that news comes in, and what cleaning makes of each, held to the letter."""
