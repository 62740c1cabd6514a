# Copyright PythonPlus contributors.
"""a workshop of machines and queues, simulated: objects, methods, a heap"""
import heapq

JOBS = 400
STATIONS = 5


class Station:
    """Works on one job at a time; the others wait."""

    def __init__(self, number):
        self.number = number
        self.waiting = []
        self.busy = False
        self.served = 0

    def duration(self, job):
        return 3 + (job.number * 7 + self.number * 11) % 13


class Job:
    def __init__(self, number):
        self.number = number
        self.route = [(number + step * 2) % STATIONS for step in range(4)]
        self.finished = None


class Workshop:
    def __init__(self):
        self.now = 0
        self.agenda = []
        self.count = 0
        self.stations = [Station(number) for number in range(STATIONS)]

    def plan(self, delay, action, *args):
        self.count += 1
        heapq.heappush(self.agenda, (self.now + delay, self.count, action, args))

    def arrive(self, job):
        if not job.route:
            job.finished = self.now
            return
        station = self.stations[job.route.pop(0)]
        station.waiting.append(job)
        self.serve(station)

    def serve(self, station):
        if station.busy or not station.waiting:
            return
        station.busy = True
        job = station.waiting.pop(0)
        self.plan(station.duration(job), self.leave, station, job)

    def leave(self, station, job):
        station.busy = False
        station.served += 1
        self.arrive(job)
        self.serve(station)

    def work(self):
        while self.agenda:
            self.now, _, action, args = heapq.heappop(self.agenda)
            action(*args)


def run():
    workshop = Workshop()
    jobs = [Job(number) for number in range(JOBS)]
    for job in jobs:
        workshop.plan(job.number * 5, workshop.arrive, job)
    workshop.work()
    return (workshop.now, sum(job.finished for job in jobs),
            [station.served for station in workshop.stations])


EXPECTED = (2913, 702040, [320, 320, 320, 320, 320])
