# Copyright PythonPlus contributors.
"""planets that attract each other: float arithmetic on attributes"""
import math


class Body:
    def __init__(self, mass, x, y, vx, vy):
        self.mass, self.x, self.y, self.vx, self.vy = mass, x, y, vx, vy


def system():
    bodies = [Body(1000.0, 0.0, 0.0, 0.0, 0.0)]
    for number in range(1, 6):
        radius = 10.0 * number
        bodies.append(Body(1.0 / number, radius, 0.0, 0.0, math.sqrt(1000.0 / radius)))
    return bodies


def advance(bodies, step):
    for index, one in enumerate(bodies):
        for other in bodies[index + 1:]:
            dx, dy = one.x - other.x, one.y - other.y
            square = dx * dx + dy * dy
            pull = step / (square * math.sqrt(square))
            one.vx -= dx * other.mass * pull
            one.vy -= dy * other.mass * pull
            other.vx += dx * one.mass * pull
            other.vy += dy * one.mass * pull
    for body in bodies:
        body.x += step * body.vx
        body.y += step * body.vy


def energy(bodies):
    total = 0.0
    for index, one in enumerate(bodies):
        total += 0.5 * one.mass * (one.vx ** 2 + one.vy ** 2)
        for other in bodies[index + 1:]:
            total -= one.mass * other.mass / math.hypot(one.x - other.x, one.y - other.y)
    return total


def run():
    bodies = system()
    for _ in range(500):
        advance(bodies, 0.001)
    return round(energy(bodies), 6)


EXPECTED = -73.303482
