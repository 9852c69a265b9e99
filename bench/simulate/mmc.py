"""M/M/c in SimPy, for bench/simulate.ts: one line of JSON with the CPU time and the mean wait.

Debian's python3-simpy is SimPy 2 (module SimPy.Simulation); newer installations have SimPy 3 or 4 (module simpy).
"""

import json
import random
import sys
import time

slots, utilisation, service_ms, requests = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
gap_ms = service_ms / slots / utilisation
random.seed(1)
waits = [0.0]


def with_simpy2():
    import SimPy
    from SimPy.Simulation import Process, Resource, activate, hold, initialize, now, release, request, simulate

    class Request(Process):
        def visit(self, servers):
            came = now()
            yield request, self, servers
            waits[0] += now() - came
            yield hold, self, random.expovariate(1 / service_ms)
            yield release, self, servers

    class Source(Process):
        def make(self, servers):
            for _ in range(requests):
                one = Request()
                activate(one, one.visit(servers))
                yield hold, self, random.expovariate(1 / gap_ms)

    initialize()
    source = Source()
    activate(source, source.make(Resource(capacity=slots)))
    simulate(until=1e18)
    return SimPy.__version__


def with_simpy():
    import simpy

    def visit(environment, servers):
        came = environment.now
        with servers.request() as place:
            yield place
            waits[0] += environment.now - came
            yield environment.timeout(random.expovariate(1 / service_ms))

    def make(environment, servers):
        for _ in range(requests):
            environment.process(visit(environment, servers))
            yield environment.timeout(random.expovariate(1 / gap_ms))

    environment = simpy.Environment()
    environment.process(make(environment, simpy.Resource(environment, capacity=slots)))
    environment.run()
    return simpy.__version__


start = time.process_time()
try:
    version = with_simpy()
except ImportError:
    version = with_simpy2()
print(json.dumps({"version": version, "cpuMs": (time.process_time() - start) * 1000, "meanWaitMs": waits[0] / requests}))
