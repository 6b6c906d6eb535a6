"""Pictures of every kind, held against decodes of the source by other means."""
