"""The rules, one family a file. Each takes a line and a place in it, and says what to write for the words there."""
