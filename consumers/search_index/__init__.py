"""Search: an OpenSearch index that follows the table, ordered by the changes' order keys."""
