"""The job stream in Redis: what waits for the engines, who has it in hand, and what brings back the lost and failed.

The ``stream`` has a ``lane`` for each priority. An engine takes its ``supply`` at a ``pace``, its ``hands`` hold it,
and a ``pulse`` and its ``heartbeat`` show that it lives. A ``sweep`` finds what the stream has lost, ``requeue`` tries
again what has failed, and an ``outage`` is waited out.
"""
