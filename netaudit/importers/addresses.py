"""Addresses of people: mail and profiles, and what an address alone tells about who reads it."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from netaudit.errors import shown, usage

HOSTS = frozenset(
    {
        *(
            "facebook.com",
            "fb.com",
            "instagram.com",
            "twitter.com",
            "x.com",
            "youtube.com",
            "tiktok.com",
            "pinterest.com",
        ),
        *(
            "linkedin.com",
            "xing.com",
            "linktr.ee",
            "google.com",
            "goo.gl",
            "wordpress.com",
            "blogspot.com",
            "wixsite.com",
        ),
        *("weebly.com", "jimdo.com", "squarespace.com", "github.io", "github.com", "medium.com", "business.site"),
        *("myshopify.com", "trustpilot.com", "bit.ly", "notion.site", "carrd.co", "etsy.com", "amazon.com"),
    }
)
"""Sites on which many companies have a page: they tell none."""

PRIVATE = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "hotmail.dk",
        "outlook.com",
        "outlook.dk",
        "live.com",
        "live.dk",
        "msn.com",
        "yahoo.com",
        "yahoo.dk",
        "ymail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.com",
        "mail.ru",
        "yandex.ru",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "fastmail.com",
        "hey.com",
        "zoho.com",
        "tutanota.com",
        "qq.com",
        "163.com",
        "126.com",
        "orange.fr",
        "free.fr",
        "wanadoo.fr",
        "laposte.net",
        "libero.it",
        "telenet.be",
        "ziggo.nl",
        "comhem.se",
        "telia.com",
        "bredband.net",
        "online.no",
        "mail.dk",
        "stofanet.dk",
        "jubii.dk",
        "ofir.dk",
        "youmail.dk",
        "yahoo.co.uk",
        "yahoo.de",
        "yahoo.fr",
        "hotmail.co.uk",
        "hotmail.se",
        "hotmail.no",
        "hotmail.fr",
        "btinternet.com",
        "comcast.net",
        "verizon.net",
        "att.net",
        "naver.com",
        "rediffmail.com",
    ]
)
"""Domains of mailboxes that people have for themselves: they tell no employer."""

_DESK = (
    "support help helpdesk service servicedesk kundeservice kundecenter kundesupport kundenservice care customercare"
)
_ROLE = (
    "info mail post kontakt contact hello hej sales salg vertrieb order orders ordre office kontor admin reception "
    "billing faktura invoice invoices accounting bogholderi regnskab finance hr jobs job career press presse marketing "
    "privacy gdpr legal security abuse webmaster hostmaster postmaster team all everyone alle newsletter nyhedsbrev "
    "news notifications booking bestilling"
)
DESKS = frozenset(_DESK.split())
ROLES = frozenset(_ROLE.split()) | DESKS
"""What stands before the @ of a mailbox that several people read, in the languages seen so far."""

_NOBODY = re.compile(
    r"(no|do-?not|donot|ne-?pas|nicht|ikke|ingen)[-_.]?(reply|repondre|antworten|svar|besvar)|mailer-daemon|"
    r"bounces?|postmaster|daemon|notifications?|automailer|autoreply|system"
)
_ADDRESS = re.compile(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,253}")
_SLUG = re.compile(r"/in/([^/?#]+)")


@lru_cache(maxsize=1 << 16)
def mail_of(text: str) -> str:
    """A mail address as it is compared: small letters, its domain in ASCII; "" for anything that is none."""
    found = text.strip().strip("<>'\"").removeprefix("mailto:").casefold()
    if not _ADDRESS.fullmatch(found):
        return ""
    name, _, domain = found.partition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{name}@{domain}" if "." in domain else ""


def domain_said(text: str) -> str:
    """A domain of ours as it was said, in ASCII. Raises UsageError for anything else."""
    found = mail_of(f"x@{text.strip().removeprefix('@')}")
    if not found:
        raise usage(f"{shown(text)} is no mail domain", "--domain ours.example")
    return found.removeprefix("x@")


def domain_of(address: str) -> str:
    """What stands behind the @; "" where it tells no employer."""
    domain = address.rpartition("@")[2]
    return "" if domain in PRIVATE else domain


def site_of(text: str) -> str:
    """The domain of a website as a customer record has it: without scheme, `www.` and path; "" where there is none."""
    text = text.strip().casefold()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
    host = host.removeprefix("www.")
    many = any(host == one or host.endswith(f".{one}") for one in HOSTS)
    return host if "." in host and host not in PRIVATE and not many else ""


def profile_of(text: str) -> str:
    """A LinkedIn member's address as it is compared: the part behind `/in/`, decoded, in small letters; else ""."""
    found = _SLUG.search(text)
    return unquote(found[1]).casefold().replace(";", ",") if found and "linkedin." in text.casefold() else ""


def is_nobody(address: str) -> bool:
    """Whether a machine writes from here, and nobody reads what comes back."""
    return _NOBODY.fullmatch(_local(address)) is not None


def is_desk(address: str) -> bool:
    """Whether this is where customers ask for help."""
    return _local(address) in DESKS


def is_shared(address: str) -> bool:
    """Whether several people read this mailbox, by its name."""
    return _local(address) in ROLES


def is_below(address: str, domains: frozenset[str]) -> bool:
    """Whether the address lies in one of the domains, or in a part of one."""
    domain = address.rpartition("@")[2]
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def words_of(address: str) -> str:
    """What stands before the @ as words: of `nora.example@…` a full name."""
    return " ".join(re.split(r"[._-]+", _local(address)))


def _local(address: str) -> str:
    return address.partition("@")[0].partition("+")[0]
