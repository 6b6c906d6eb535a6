"""How the API describes itself: its OpenAPI document and what that is made of."""
