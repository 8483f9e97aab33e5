"""A relay of TCP streams that is slow: wan.py DELAY_MS JITTER_MS LISTEN:PORT=HOST:PORT …
SIGUSR1 cuts every connection, in the middle of whatever was under way."""
import asyncio
import random
import signal
import sys
import time

writers = set()


async def carry(reader, writer, delay_ms, jitter_ms):
    """Each piece comes out after its delay, and never before the one in front of it."""
    pieces = asyncio.Queue()

    async def deliver():
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            writer.write(piece)
            await writer.drain()

    delivering = asyncio.create_task(deliver())
    try:
        while piece := await reader.read(4096):
            delay = delay_ms + random.uniform(-jitter_ms, jitter_ms)
            pieces.put_nowait((time.monotonic() + delay / 1000, piece))
    except OSError:
        pass
    delivering.cancel()
    writer.transport.abort()


async def serve(delay_ms, jitter_ms, listen, to):
    async def on_client(reader, writer):
        host, _, port = to.rpartition(":")
        try:
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        writers.update(pair)
        await asyncio.gather(carry(reader, far_writer, delay_ms, jitter_ms),
                             carry(far_reader, writer, delay_ms, jitter_ms), return_exceptions=True)
        writers.difference_update(pair)

    host, _, port = listen.rpartition(":")
    await asyncio.start_server(on_client, host, int(port))


async def main():
    delay_ms, jitter_ms = float(sys.argv[1]), float(sys.argv[2])
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGUSR1, lambda: [writer.transport.abort() for writer in list(writers)])
    for way in sys.argv[3:]:
        await serve(delay_ms, jitter_ms, *way.split("="))
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
