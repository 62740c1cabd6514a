# Copyright PythonPlus contributors.
"""asyncio tasks that wait for each other, without any I/O"""
import asyncio


async def leaf(number):
    await asyncio.sleep(0)
    return number


async def tree(depth, number):
    if not depth:
        return await leaf(number)
    return sum(await asyncio.gather(*(tree(depth - 1, number * 4 + child) for child in range(4))))


async def pipe(count):
    queue = asyncio.Queue(10)

    async def produce():
        for number in range(count):
            await queue.put(number)
        await queue.put(None)

    producer, total = asyncio.ensure_future(produce()), 0
    while (number := await queue.get()) is not None:
        total += number
    await producer
    return total


async def both():
    return await tree(4, 0), await pipe(800)


def run():
    return asyncio.run(both())


EXPECTED = (32640, 319600)
