"""The reconcilers: duties that put right what was lost and delete what is over.

Any number of reconcilers share the duties by rows (``DutyRun``). Each duty is run by one of
them at a time, and the failure of one stops no other.
"""
