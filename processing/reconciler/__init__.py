"""The reconcilers: they run duties that repair lost state and delete what is no longer needed.

Any number of reconcilers share the duties through rows (``DutyRun``). Each duty is run by one
reconciler at a time, and the failure of a duty stops no other duty.
"""
