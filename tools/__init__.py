"""What `make` uses to prepare a computer: front end, translations, browser.

No part of the software that runs. These files run before anything is installed or while things are
missing, so they use the standard library (and, where it says so, packages of the locked set).
"""
