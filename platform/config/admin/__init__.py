"""Django's admin in the site's own look, with a dashboard and actions that ask before they act."""
