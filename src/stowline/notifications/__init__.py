"""Messages to shoppers: who hears what, when and how. A message is owed from the moment its event is reacted to, held
for its grace, checked again and rendered when it goes, and ends in sent, skipped, unknown or dead, always with a
reason. One row for each business fact, recipient, kind and channel, ever. Words: message, kind, channel, held. A
message is the end of a trail; a sequence is the beginning of one, and records each step: WaitGoesOn (a long wait),
LongAway (no order for a long time), BasketLeft (a basket was left).
An entry of the calendar records the turn of each customer: CalendarTurn.
Of what a shop says of its shoppers: CustomerRegistered (an account was opened), PointsEarned (of an order). Of what a shopper asks for: SignInAsked (a link to their account).
Of delivery as a whole: AlarmRaised, AlarmEnded. Of an order that came, once its shopper was asked whether all is well: OrderClosed.
A run is what a manager writes to many, and records the turn of each order: NoteWritten.
"""
