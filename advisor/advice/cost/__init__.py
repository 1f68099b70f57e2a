"""What an architecture costs in a month under a traffic that somebody writes down.

`traffic` reads that file and `blank` writes it with everything left open. `network` says how many
events follow from one event, `entries` where events come from, `meters` what each is billed for,
`estimate` multiplies, and `alternatives` does so again under another assumption.
"""
