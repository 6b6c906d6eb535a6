"""Example requests and answers, by resource: complete, and valid by the OpenAPI schemas."""
