"""The core: what a meldcode is and how a case moves. It knows no web framework and no broker.

Its parts, from the top down: nothing imports what stands above it, and `make check` sees to that.

What is asked for, by people, by time and by operators:

    cli          the command line
    cases        what people do with a case: one call is one transaction
    adjustments  what an administrator changes about her organisation; each change can be undone
    timers       what is due fires
    chores       work for a whole organisation, done in the background
    migration    open cases to the version that holds now
    mails        who should have a mail that waited

What happens then, with a database:

    moves        one engine step on a stored case, and everything it led to
    accounts     invitations, passwords by mail, one's own sessions
    desk         the designer's desk: drafts, proofs, going live
    cover        is there somebody behind each rung of each ladder?
    outbox       mail: a row first, then SMTP
    publishing   versions in the database
    access       who may do what with a case
    incidents    what is stuck until a person looks at it
    people       people, their roles, who is away, how they sign in
    days         the organisation's own working days and free days

What it stands on:

    settings     what a deployment sets in its environment
    audit        the log of who did what, and who looked
    clock        the one place where the real time is read
    attempts     how often a password may be tried
    store        the database: tables, transactions, one organisation at a time
    crypto       sealing content, with a key per case
    passwords    what a password must be
    addresses    what an e-mail address must be
    logs         one line per event, without a word of any case

What is pure: no database, no server, and time is an argument:

    rehearse     cases played with a moved clock
    check        the proof: every case a version can lead to, judged by the 21 rules
    compare      two versions side by side
    describe     a version in words
    engine       `step(version, calendar, state, command, now)`: how a case moves
    definition   one version: diagrams, forms, decisions, mails and settings
    form         questions as HTML, answers checked
    decision     decision tables
    diagram      BPMN in, plain values and pictures out
    feel         the expression language
    workdays     durations, and a calendar of working days
    holidays     free days out of a file
    messages     what is said to people, in Dutch and in English
    recent       what a process keeps of what it made before
"""
