"""``/api/docs/``: the API's description as a page, readable without JavaScript."""
