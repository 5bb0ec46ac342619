"""The tablet's side: "get work", the one scan endpoint, the screens of every task. This room knows how a scan comes in
and how its answer is drawn; what a scan does is the business of the room whose task it is. Task: `look:`.
"""
