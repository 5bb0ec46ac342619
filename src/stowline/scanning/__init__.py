"""The scan log, the one barcode resolver, once-only replies and undo. A scan is stored with its reply in the
transaction that carries it out, so the same `scan_id` gets the same answer for ever and has one effect. Workflows of
tasks (pick, pack, …) are registered by wiring; this room knows the protocol, not the work. Words: task, holder, lease,
fate. Event: ScanUndone.
"""
