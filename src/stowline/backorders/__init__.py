"""Lines that wait for stock, and when their shopper must be told. A timer is set when an order is placed with waiting
units; when it runs and units still wait, BackorderDue is recorded. Each waiting line is promised a window of days,
learned from history; when what was told does not hold, PromiseChanged is recorded. A shopper who waits has an
offer: choices that are commands, looked at anew at each click, with stock held for a substitute; a store may ask for
consent to each delay. Words: waiting line, place in line, promise, window, told, outcome, offer, option, hold, consent.
Events of choices: OfferMade, OptionChosen, OfferEnded, ConsentAsked, ConsentSettled.
"""
