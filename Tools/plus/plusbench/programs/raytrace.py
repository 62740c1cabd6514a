# Copyright PythonPlus contributors.
"""spheres in a lamp's light: small objects with operators"""
import math


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self):
        return self * (1.0 / math.sqrt(self.dot(self)))


class Sphere:
    def __init__(self, centre, radius):
        self.centre, self.radius = centre, radius

    def hit(self, origin, direction):
        """Return how far the ray goes until it meets the sphere, or None."""
        to_centre = self.centre - origin
        along = to_centre.dot(direction)
        inside = self.radius ** 2 - to_centre.dot(to_centre) + along * along
        if along <= 0 or inside < 0:
            return None
        return along - math.sqrt(inside)


SPHERES = [Sphere(Vector(x, y, 8.0 + x), 1.1) for x in (-2.0, 0.0, 2.0) for y in (-1.0, 1.5)]
LAMP = Vector(-5.0, 8.0, 0.0)
EYE = Vector(0.0, 0.0, 0.0)


def nearest(origin, direction):
    hits = [(distance, number) for number, sphere in enumerate(SPHERES)
            for distance in [sphere.hit(origin, direction)] if distance is not None]
    return min(hits, default=None)


def brightness(direction):
    found = nearest(EYE, direction)
    if found is None:
        return 0.0
    point = direction * found[0]
    outwards = (point - SPHERES[found[1]].centre).unit()
    to_lamp = (LAMP - point).unit()
    if nearest(point + outwards * 1e-6, to_lamp):
        return 0.1
    return max(0.1, outwards.dot(to_lamp))


def run():
    return round(sum(brightness(Vector(x / 10 - 1, y / 10 - 1, 2.0).unit())
                     for y in range(20) for x in range(20)), 6)


EXPECTED = 59.57162
