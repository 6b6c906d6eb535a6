"""A bare Channels consumer, which sends every text back: what a socket costs at the least."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer


class Echo(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Sends back what it is sent."""

    channel_layer_alias = ""

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        """Send the text back."""
        await self.send(text_data=text_data)


application = Echo.as_asgi()
