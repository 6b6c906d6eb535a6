"""Web Push: messages to browsers that users allowed to show them."""
