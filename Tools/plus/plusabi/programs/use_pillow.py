# Copyright PythonPlus contributors.
"""pillow: images drawn, turned, compressed and read back by threads."""
import io
from concurrent.futures import ThreadPoolExecutor

from PIL import Image


def turn(size):
    image = Image.linear_gradient("L").resize((size, size)).rotate(90)
    file = io.BytesIO()
    image.save(file, "PNG")
    return Image.open(io.BytesIO(file.getvalue())).tobytes() == image.tobytes()


with ThreadPoolExecutor(4) as pool:
    assert all(pool.map(turn, range(100, 140)))
