"""Build the API's OpenAPI document and its parts."""
