"""Resources: what the gateway answers about, a module a path, and what they alone need."""
