"""The pages: Flask, plain HTML, one small file per concern, one file under `views/` per thing people do.

`web.app.create_app` makes the application; `python -m web` serves it.
"""
