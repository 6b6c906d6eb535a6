"""What others make of the API's description: generated clients, linters, tools that attack it."""
