"""The root of what is wrong with a request by the rules of its protocol."""


class RequestRefused(Exception):
    """Raised when a request breaks a rule of its protocol; each rule has a class. ``detail`` says
    it more closely than the sentence of the refusal, and ``headers`` go with the answer."""

    def __init__(self, detail: str = "", **headers: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
