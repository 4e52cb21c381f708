"""Socket clients subscribe to documents; every change of a document is posted to its subscribers."""
