"""Everything on one computer, to try the software out: `python -m workers.embedded`, which is `make run`.

A private broker, a mail catcher, the web pages, a worker and a beat, started and watched by one process and
gone without a trace when it stops. Only the data in `var/` stays. Not for real cases: the keys lie in a file
next to the data they protect, and anyone at this computer can sign in as a demo person.
"""
