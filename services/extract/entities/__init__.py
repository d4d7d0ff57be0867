"""What mentions name: one id across articles and spellings, and which ids are one after all, by what is in the store."""
