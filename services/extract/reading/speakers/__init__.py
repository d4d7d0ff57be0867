"""Who a speaker's words mean in this article."""
