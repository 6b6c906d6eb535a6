"""Our admin: Django's, in the site's own look, with a dashboard, and actions that ask and tell."""
