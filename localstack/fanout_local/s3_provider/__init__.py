"""S3 inside LocalStack, with its objects in the instance's own folder."""
