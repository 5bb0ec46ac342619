"""Messages to shoppers: who hears what, when and how. A message is owed from the moment its event is reacted to, held
for its grace, checked again and rendered when it goes, and ends in sent, skipped, unknown or dead, always with a
reason. One row for each business fact, recipient, kind and channel, ever. Words: message, kind, channel, held. It
records no events; the message is the end of a trail.
"""
