"""What reading is worth: its claims, speakers and names against what people annotated, and what it costs."""
