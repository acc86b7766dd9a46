"""A page server for the benchmarks, a process of its own: it must not cost the measured one anything.

It answers on every loopback address with a Statuspage of 85 components, about 50 KB, with an ETag. Below
127.1.0.0/16 the pages never change; below 127.2.0.0/16 every answer has two components in another state.
Prints its port on the first line; `/count` tells how many documents it served.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from itertools import count

from aiohttp import web

COMPONENTS = 85
ETAG = '"one"'
turns = count()
served: Counter[str] = Counter()


def page(turn: int) -> bytes:
    states = ("operational", "degraded_performance")
    components = [
        {
            "id": f"component{n:03}",
            "name": f"Service {n}",
            "status": states[turn % 2] if n < 2 else states[0],
            "created_at": "2024-01-01T00:00:00.000Z",
            "updated_at": "2026-01-01T00:00:00.000Z",
            "position": n,
            "description": "A service among others, with the description that such pages carry. " * 5,
            "showcase": False,
            "group_id": None,
            "page_id": "page00000001",
            "group": False,
            "only_show_if_degraded": False,
        }
        for n in range(COMPONENTS)
    ]
    return json.dumps(
        {
            "page": {
                "id": "page00000001",
                "name": "Bench",
                "url": "http://127.1.0.1",
                "time_zone": "Etc/UTC",
            },
            "components": components,
            "incidents": [],
            "scheduled_maintenances": [],
            "status": {"indicator": "none", "description": "All Systems Operational"},
        }
    ).encode()


UNCHANGING = page(0)
CHANGING = (page(0), page(1))


async def summary(request: web.Request) -> web.Response:
    sockname = request.transport.get_extra_info("sockname")
    served[sockname[0].rsplit(".", 2)[0]] += 1
    if sockname[0].startswith("127.2."):
        turn = next(turns)
        headers = {"ETag": f'"{turn}"', "Content-Type": "application/json"}
        return web.Response(body=CHANGING[turn % 2], headers=headers)
    if request.headers.get("If-None-Match") == ETAG:
        return web.Response(status=304, headers={"ETag": ETAG})
    return web.Response(body=UNCHANGING, headers={"ETag": ETAG, "Content-Type": "application/json"})


async def incidents(_: web.Request) -> web.Response:
    return web.json_response({"page": {"id": "page00000001"}, "incidents": []})


async def counted(_: web.Request) -> web.Response:
    return web.json_response(sum(served.values()))


def main() -> None:
    async def serve() -> None:
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/v2/summary.json", summary),
                web.get("/api/v2/incidents.json", incidents),
                web.get("/count", counted),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "0.0.0.0", 0, backlog=2048)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
