"""What remains of a call: its sound, its timeline, what it used, and what it cost.

While it runs, :mod:`.recorder` lays both sides on a :mod:`.tape` and puts full chunks on the :mod:`.shelf`, which is in
a :mod:`.folder` or in a :mod:`.bucket`. When it is over, :mod:`.finaliser` makes a record of the event log
(:mod:`.timeline`, :mod:`.usage`) and one file of the chunks (:mod:`.mixdown`). :mod:`.keeper` does both at the right
time, also for gateways that died.
"""
