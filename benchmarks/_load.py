"""The load: clients that scan over HTTP, each on a pick list of its own, as fast as answers come or at a given pace.

A program of its own (`python benchmarks/_load.py PORT TOKEN CLIENTS SECONDS RATE SKUS…`), so that the clients' work is
not done by the server's process. Prints one line of JSON: accepted scans, seconds, latencies in ms.
"""

import asyncio
import json
import sys
import time
import uuid

HEAD = (
    "POST /scans HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nX-Worker: bench-{n}\r\n"
    "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)


async def client(port: int, token: str, n: int, sku: str, until: float, pace: float, out: list[float]) -> int:
    """One client: scan after scan on one connection; how many were not accepted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    failed, turn = 0, time.monotonic()
    while time.monotonic() < until:
        if pace:
            turn += pace
            await asyncio.sleep(max(0.0, turn - time.monotonic()))
        body = json.dumps({"scan_id": str(uuid.uuid4()), "task": f"pick:B-{n}", "code": sku}).encode()
        began = time.perf_counter()
        writer.write(HEAD.format(token=token, n=n, length=len(body)).encode() + body)
        status = await _answer(reader)
        out.append((time.perf_counter() - began) * 1e3)
        failed += status != 200
    writer.close()
    return failed


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
    return int(head[9:12])


async def main() -> None:
    """Run the clients and say what came of it."""
    ports, token = [int(p) for p in sys.argv[1].split(",")], sys.argv[2]
    clients, seconds, rate = int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])
    skus = sys.argv[6:]
    pace = clients / rate if rate else 0.0
    out: list[float] = []
    began = time.monotonic()
    jobs = [client(ports[n % len(ports)], token, n, skus[n], began + seconds, pace, out) for n in range(clients)]
    failed = sum(await asyncio.gather(*jobs))
    took = time.monotonic() - began
    out.sort()
    at = lambda share: round(out[min(len(out) - 1, int(len(out) * share))], 2) if out else 0.0  # noqa: E731
    print(json.dumps({"accepted": len(out) - failed, "failed": failed, "seconds": took, "p50": at(0.5), "p95": at(0.95),
                      "p99": at(0.99), "worst": at(1.0)}))


asyncio.run(main())
