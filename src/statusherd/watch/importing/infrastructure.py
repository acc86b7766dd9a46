"""What infrastructure is made of: Terraform's files and its lock, Dockerfiles and Compose files.

They are read by their lines, not parsed: only sources, kinds of resources and images are of interest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from statusherd.watch.importing.mentions import Kind, Mention

_LOCKED: Final = re.compile(r'^provider\s+"((?:[\w.-]+/)?[\w-]+/[\w-]+)"\s*\{', re.MULTILINE)
_SOURCE: Final = re.compile(
    r'^[ \t]*source\s*=\s*"((?:[\w-]+(?:\.[\w-]+)+/)?(?:[\w-]+/){1,2}[\w-]+)"', re.MULTILINE
)
_PROVIDER: Final = re.compile(r'^[ \t]*provider\s+"([\w-]+)"\s*\{', re.MULTILINE)
_RESOURCE: Final = re.compile(r'^[ \t]*(?:resource|data)\s+"([A-Za-z0-9-]+)_\w+"\s+"', re.MULTILINE)
_FROM: Final = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)", re.MULTILINE | re.IGNORECASE)
_IMAGE: Final = re.compile(r"""^[ \t]*(?:-[ \t]*)?image:[ \t]*["']?([^\s"'#]+)""", re.MULTILINE)


def terraform(text: str) -> Iterator[Mention]:
    """Yield what a .tf file uses: sources of providers and modules, providers, prefixes of resources.

    The provider is the last part of a source, of `hashicorp/aws` as of `terraform-aws-modules/vpc/aws`.
    """
    yield from _sources("source", _SOURCE.findall(text))
    for name in _PROVIDER.findall(text):
        yield Mention(Kind.TERRAFORM, f"provider {name}", name.casefold())
    for prefix in _RESOURCE.findall(text):
        yield Mention(Kind.TERRAFORM, f"resources {prefix}_*", prefix.casefold())


def terraform_lock(text: str) -> Iterator[Mention]:
    """Yield the providers of a .terraform.lock.hcl."""
    return _sources("provider", _LOCKED.findall(text))


def _sources(word: str, sources: list[str]) -> Iterator[Mention]:
    for source in sources:
        parts = [part for part in source.split("/") if "." not in part]
        yield Mention(Kind.TERRAFORM, f"{word} {'/'.join(parts)}", parts[-1].casefold())


def dockerfile(text: str) -> Iterator[Mention]:
    """Yield the images that a Dockerfile builds on."""
    return _images(_FROM.findall(text))


def compose(text: str) -> Iterator[Mention]:
    """Yield the images that a Compose file runs."""
    return _images(_IMAGE.findall(text))


def _images(named: list[str]) -> Iterator[Mention]:
    for image in named:
        parts = image.partition("@")[0].split("/")
        if len(parts) > 1 and ("." in parts[0] or ":" in parts[0]):
            del parts[0]  # where it is pulled from
        bare = "/".join(parts).partition(":")[0]
        if bare and "$" not in bare:
            yield Mention(Kind.IMAGE, bare, bare.casefold())
