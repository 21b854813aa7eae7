"""A machine of its own: a network namespace, whose links to the database and the internet can be cut.

A cut is silent, as a real one is: nothing is refused, packets are gone.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

__all__ = ["Machine", "allowed", "machine"]

ROOT = Path(__file__).parents[2]
#: Documentation's own addresses (RFC 5737): nobody's network has them.
NETWORKS = {"database": "198.51.100", "internet": "203.0.113"}


def allowed() -> bool:
    """Whether this process may make one."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    name = f"bot-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode == 0:
        _ip("netns", "delete", name)
    return made.returncode == 0


class Machine:
    """What is started on it by :attr:`prefix` sees its own network alone."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.prefix = ("ip", "netns", "exec", name)

    def cut(self, *links: str) -> None:
        """Let nothing through any more."""
        for link in links:
            _ip("link", "set", self.device(link), "down")

    def heal(self, *links: str) -> None:
        """Let it through again."""
        for link in links:
            _ip("link", "set", self.device(link), "up")

    def device(self, link: str) -> str:
        """This side's end of a link."""
        return f"{self.name}-{link[:2]}"


@asynccontextmanager
async def machine(ports: dict[int, str], socket: str) -> AsyncIterator[tuple[Machine, str]]:
    """One from which these ports of 127.0.0.1 are reached at the same address; and where the database is.

    ``ports``: by which link. ``socket``: the database's own.
    """
    async with AsyncExitStack() as stack:
        one = stack.enter_context(_namespace(f"bot{os.getpid() % 100000}"))
        for port, link in ports.items():
            outside = f"{NETWORKS[link]}.1:{port}"
            await stack.enter_async_context(_forwarding(outside, f"127.0.0.1:{port}"))
            await stack.enter_async_context(_forwarding(f"127.0.0.1:{port}", outside, *one.prefix))
        database = f"{NETWORKS['database']}.1:5432"
        await stack.enter_async_context(_forwarding(database, socket))
        yield one, database


@contextmanager
def _namespace(name: str) -> Iterator[Machine]:
    one = Machine(name)
    _ip("netns", "add", name)
    try:
        _ip("-n", name, "link", "set", "lo", "up")
        for link, network in NETWORKS.items():
            here, there = one.device(link), f"{one.device(link)}i"
            _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
            _ip("address", "add", f"{network}.1/24", "dev", here)
            _ip("-n", name, "address", "add", f"{network}.2/24", "dev", there)
            _ip("link", "set", here, "up")
            _ip("-n", name, "link", "set", there, "up")
        yield one
    finally:
        _ip("netns", "delete", name)  # and with it both links


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@asynccontextmanager
async def _forwarding(listen: str, to: str, *prefix: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(*prefix, sys.executable, "-m", "tests.e2e.network", listen, to),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        assert await process.stdout.readline(), f"nothing listens at {listen}"
        yield
    finally:
        process.kill()
        await process.wait()


async def _forward(listen: str, to: str) -> None:
    """Hand on what comes at one address to another, or to a socket's path."""

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if to.startswith("/"):
                far = await asyncio.open_unix_connection(to)
            else:
                far = await asyncio.open_connection(*to.split(":"))
        except OSError:
            writer.close()
            return
        await asyncio.gather(pipe(reader, far[1]), pipe(far[0], writer))

    host, port = listen.split(":")
    async with await asyncio.start_server(serve, host, int(port)) as server:
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_forward(*sys.argv[1:]))
