"""The settings of who may create an account."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

from config.env.hosts import is_host
from config.env.reader import Reader
from config.env.shown import quoted

_DOMAINS = "VODLOOM_SIGNUP_DOMAINS"

Mode = Literal["closed", "open", "domains", "invitation"]


@dataclass(frozen=True)
class Signup:
    """Who may sign up. In the mode ``domains`` only addresses of ``domains`` may; a leading dot
    means all subdomains."""

    mode: Mode
    domains: tuple[str, ...]


def signup(reader: Reader) -> Signup:
    """Read who may sign up; a list of domains that would have no effect is a fault."""
    mode: Mode = reader.choice("VODLOOM_SIGNUP", ("closed", "open", "domains", "invitation"))
    domains = tuple(word.lower().rstrip(".") for word in reader.words(_DOMAINS))
    wrong = [domain for domain in domains if not _is_domain(domain.removeprefix("."))]
    for domain in wrong:
        reader.fault(
            _DOMAINS,
            f"has {quoted(domain)}; it takes the domain after the @ of addresses, such as "
            "example.org, or .example.org for all of its subdomains.",
        )
    if wrong:
        return Signup(mode, domains)
    if mode == "domains" and not domains:
        reader.fault(_DOMAINS, "names none, and VODLOOM_SIGNUP is domains: nobody could sign up.")
    if mode != "domains" and domains:
        reader.fault(_DOMAINS, f"counts only where VODLOOM_SIGNUP is domains; it is {mode}.")
    return Signup(mode, domains)


def _is_domain(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return "." in text and is_host(text)
    return False
