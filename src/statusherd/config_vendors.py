"""What of a [[vendor]] is judged besides its facts: whether it may be looked at, whom to call."""

from __future__ import annotations

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, quoted
from statusherd.config_records import reach_of
from statusherd.model.errors import CatalogError
from statusherd.model.incidents import Contact
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.watch.addresses import Reach
from statusherd.watch.formats import format_named, option_problems


def check_reach(path: KeyPath, vendor: WatchedVendor, problems: Problems, *, allow_private: bool) -> None:
    """Warn of an address that is never looked at."""
    reach = reach_of(vendor.address)
    if reach is Reach.NEVER:
        text = "is reserved and is never looked at. Correct it"
    elif reach is Reach.PRIVATE and not allow_private:
        text = "is in a private network and is not looked at. Set allow_private = true in [http]"
    else:
        return
    problems.warn(path, f"the address of {quoted(vendor.name)} {text}")


def check_options(path: KeyPath, vendor: WatchedVendor, problems: Problems) -> None:
    """Note options that a vendor's format does not take, and addresses that it cannot be read at."""
    wrong = () if vendor.format == DETECT else option_problems(vendor.format, dict(vendor.options))
    for text in wrong:
        remedy = f"Write it into providers/{vendor.name}.toml beside the configuration"
        problems.add(path, f"{quoted(vendor.name)}: {text}. {remedy}")
    places = [(vendor.format, vendor.address), *((each.format, each.address) for each in vendor.further)]
    for name, address in places:
        try:
            if name != DETECT:
                format_named(name).endpoints(address)
        except CatalogError as error:
            problems.add(path, f"{quoted(vendor.name)}: {error.message}. {error.remedy}")


def contact_of(vendor: str, given: schema.Vendor) -> Contact | None:
    """Return how a vendor's support is reached; None where the file does not say so."""
    if given.support is None and given.contract is None:
        return None
    return Contact(vendor, given.support or "", given.contract or "")
