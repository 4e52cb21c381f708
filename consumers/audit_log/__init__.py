"""Audit: one CloudWatch Logs event per change, with the hashes of the image before and after."""
