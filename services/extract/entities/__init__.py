"""What mentions name: one id across articles and spellings, and which ids are one, by what is stored."""
