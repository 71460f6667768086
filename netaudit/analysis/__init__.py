"""One file per question that a book can answer."""
