"""Ten thousand ways to ask for trouble, made from a seed: the same seed, the same requests.

Everything a browser, a script or a broken proxy can send through HTTP: strange methods, addresses, headers,
cookies, bodies and answers. What only a raw socket can send is in `test_raw_requests.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from uuid import UUID

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "DEBUG", "É")

PAGES = (
    "/",
    "/zaken",
    "/zaken/afgesloten",
    "/zaken/{case}",
    "/zaken/{case}/schema.svg",
    "/zaken/{case}/plek.svg",
    "/zaken/{case}/bellen",
    "/taken/{case}/{task}",
    "/taken/{case}/{task}/vragen",
    "/taken/{case}/{task}/klaar",
    "/zaken/{case}/noteren",
    "/taken/{case}/{task}/vrij",
    "/taken/{case}/{task}/oppakken",
    "/taken/{case}/{task}/teruggeven",
    "/taken/{case}/{task}/toewijzen",
    "/taken/{case}/{task}/concept",
    "/taken/{case}/{task}/later",
    "/taken/{case}/{task}/concept-weg",
    "/account",
    "/account/wachtwoord",
    "/account/sessies/{case}/einde",
    "/mensen",
    "/mensen/{case}/uitnodigen",
    "/mensen/{case}/sluiten",
    "/mensen/{case}/openen",
    "/mensen/{case}",
    "/mensen/{case}/gegevens",
    "/mensen/{case}/werkdagen",
    "/mensen/{case}/afwezig",
    "/mensen/{case}/afwezig/{task}/weg",
    "/organisatie",
    "/organisatie/wijzigingen/{case}/ongedaan",
    "/organisatie/vrije-dagen",
    "/organisatie/vrije-dagen/bekijken",
    "/taken/{case}/{task}/termijn",
    "/taken/{case}/{task}/termijn/terug",
    "/taken/{case}/{task}/raad",
    "/taken/{case}/{task}/raad/stoppen",
    "/taken/{case}/{task}/advies",
    "/werkwijze",
    "/werkwijze/document",
    "/werkwijze/document/schema/{case}.svg",
    "/werkwijze/gelezen",
    "/ontwerp",
    "/ontwerp/aanwezig",
    "/ontwerp/afwijking",
    "/ontwerp/bestand/{case}",
    "/ontwerp/bestand/{case}/herstel",
    "/ontwerp/bestand/{case}/revisies",
    "/ontwerp/bevindingen",
    "/ontwerp/bewijs/{case}",
    "/ontwerp/diagram/{case}",
    "/ontwerp/document/{case}",
    "/ontwerp/document/{case}/document.pdf",
    "/ontwerp/document/{case}/schema/{task}",
    "/ontwerp/map.zip",
    "/ontwerp/naspelen",
    "/ontwerp/oefenen/verder",
    "/ontwerp/oefenen/schema/{case}",
    "/ontwerp/opmerkingen",
    "/ontwerp/opmerkingen/{case}/klaar",
    "/ontwerp/opmerkingen/bij/{case}",
    "/ontwerp/opnemen",
    "/ontwerp/overzetten/{case}/stoppen",
    "/ontwerp/overzetten/beginnen",
    "/ontwerp/publicaties/{case}",
    "/ontwerp/publicaties/{case}/ja",
    "/ontwerp/publiceren",
    "/ontwerp/tekst/{case}",
    "/ontwerp/tekst-voorbeeld/{case}",
    "/ontwerp/vergelijk",
    "/ontwerp/vergelijk/schema/van/{case}",
    "/ontwerp/verhaal/{case}/{task}",
    "/ontwerp/versies/{case}/map.zip",
    "/ontwerp/versies/{case}/heropenen",
    "/ontwerp/voorbeeld/{case}",
    "/ontwerp/vragen",
    "/zaken/{case}/wie-niet",
    "/zaken/{case}/wie-niet/toelaten",
    "/zaken/{case}/herinneringen",
    "/zaken/{case}/herinneringen/hervatten",
    "/storingen",
    "/storingen/{case}/opnieuw",
    "/wachtwoord/vergeten",
    "/wachtwoord/verstuurd",
    "/wachtwoord/kiezen",
    "/wachtwoord/kiezen/{case}",
    "/inloggen",
    "/uitloggen",
    "/even-weg",
    "/taal",
    "/demo/binnen",
    "/demo/klok",
    "/demo/mails",
    "/demo/wissel",
    "/icon.svg",
    "/favicon.ico",
    "/robots.txt",
    "/static/build/{case}",
    "/{case}",
)

ODD_IDS = (
    "..",
    "../../../../etc/passwd",
    "..%2f..%2fvar%2fmeldcode.db",
    "%2e%2e/%2e%2e/manifest.json",
    "..\\..\\windows\\win.ini",
    "%00",
    "a%00.css",
    "%0d%0aSet-Cookie:%20session=x",
    "0",
    "-1",
    "1 OR 1=1",
    "' OR ''='",
    "'; DROP TABLE cases; --",
    "{{7*7}}",
    "${7*7}",
    "<script>alert(1)</script>",
    "%ff%fe",
    "%ed%a0%80",
    "é" * 50,
    "x" * 9_000,
    "0" * 32,
    "{00000000-0000-0000-0000-000000000000}",
    "00000000-0000-0000-0000-00000000000g",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "zaken",
    "klaar",
    "schema.svg",
    "%25%32%65",
    ";jsessionid=1",
    "?" * 20,
    "#",
    "%",
    "%zz",
    "/" * 40,
    "\u202e",
    "con",
)

TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[31mrood\x1b[0m",
    "\r\nSet-Cookie: session=mine",
    "\u202egnirts\u202c",
    "\ufffe\uffff",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "Z\u0351\u036b\u0343" * 200,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "{% raw %}{{ config.items() }}{% endraw %}",
    "${7*7}",
    "#{7*7}",
    "%(name)s %n %s",
    "=1+1",
    "=SOM(A1:A9)|'/C calc'!A0",
    "' OR 1=1 --",
    "null",
    "true",
    "-0",
    "NaN",
    "Infinity",
    "1e999",
    "9" * 400,
    "٣٤",
    "1.000.000,50",
    "0x10",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "24:61",
    "2026-03-29T02:30",
    'date("2026-01-01")',
    "for i in 1..1000000000 return i",
    "typename",
    "__class__",
    "../../etc/passwd",
    "a" * 1_001,
    "é" * 20_001,
    "x" * 90_000,
    "\n" * 5_000,
)

NAMES = (
    "typename",
    "__proto__",
    "constructor",
    "_sleutel",
    "_shown",
    "csrf_token",
    "_add:kinderen",
    "_add:",
    "_add:kinderen.0.x.1.y",
    "_add:feiten",
    "_add:" + "a." * 150 + "a",
    "_remove:feiten:0",
    "_remove:feiten:9999",
    "_remove:feiten:-1",
    "_remove:kinderen.999999.x:0",
    "_rows:feiten",
    "_rows:kinderen",
    "_rows:feiten.0.x",
    "feiten",
    "feiten.0",
    "feiten.999999.wat",
    "feiten.-1.wat",
    "feiten.0.wat.0.wat",
    "kinderen.999999.x",
    "kinderen.0.naam.typename",
    "vermoeden_over.0",
    "melden",
    "afweging",
    "afweging.advies",
    "besluit",
    "this",
    "parent",
    "i",
    "",
    ".",
    "..",
    "\x00",
    "x" * 3_000,
    "é",
)

WHERE_TO = (
    "https://elders.example/",
    "//elders.example",
    "///elders.example",
    "/\\elders.example",
    "\\\\elders.example",
    "/%2f%2felders.example",
    "/%5celders.example",
    "http:elders.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/zaken\r\nLocation: https://elders.example",
    "/zaken\n",
    "\n/zaken",
    "\t//elders.example",
    "/zaken?x=//elders.example",
    "/zaken#x",
    "/@elders.example",
    "/zaken/../../x",
    " /zaken",
    "/zaken ",
    "/\x00",
    "/" + "a" * 5_000,
    "inloggen",
)

HEADERS: Mapping[str, Sequence[str]] = {
    "Host": (
        "elders.example",
        "localhost.elders.example",
        "localhost@elders.example",
        "localhost:99999",
        "localhost:0x50",
        "",
        "[",
        "[::1",
        "localhost, elders.example",
        "a" * 4_000,
        "loc\xe4lhost",
        "localhost/../x",
    ),
    "X-Forwarded-Host": ("elders.example",),
    "X-Forwarded-For": ("127.0.0.1", "1.2.3.4, 5.6.7.8", "' OR 1=1", "x" * 3_000),
    "X-Forwarded-Proto": ("https", "javascript"),
    "X-Forwarded-Prefix": ("//elders.example", "/\\elders.example"),
    "X-Forwarded-Port": ("-1", "x"),
    "Forwarded": ("for=1.2.3.4;host=elders.example;proto=https", ";;;===", '"'),
    "X-Original-URL": ("/demo/mails",),
    "X-Rewrite-URL": ("/zaken",),
    "X-HTTP-Method-Override": ("DELETE", "POST"),
    "X-CSRFToken": ("x", "a" * 400, "\xff"),
    "X-Requested-With": ("XMLHttpRequest",),
    "HX-Request": ("true",),
    "HX-Current-URL": ("https://elders.example",),
    "Accept": ("*/*;q=nul", "application/json", ",,,,", "text/html;q=99", "x" * 3_000),
    "Accept-Language": ("en", "xx-YY;q=1.5", "../../etc", "*", "n\x80l"),
    "Accept-Encoding": ("gzip;q=x", "br, gzip;q=0", "identity;q=0, *;q=0", ",;,;", "gzip" * 900),
    "Accept-Charset": ("utf-7",),
    "Authorization": ("Basic", "Basic ====", "Bearer x", "Digest " + "a=" * 400, "Negotiate \xff"),
    "Content-Encoding": ("gzip", "deflate", "x"),
    "Content-Type": (
        "",
        "application/json",
        "application/xml",
        "text/plain; charset=utf-7",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=bestaat-niet",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 5_000,
        'multipart/form-data; boundary="a\\"b"',
        "multipart/form-data; boundary=\xe9",
        "multipart/mixed; boundary=x",
        "application/octet-stream",
        "a/b/c;;;=",
    ),
    "Cookie": (
        "session",
        "session=",
        "session=\xff\xfe",
        "session=" + "A" * 6_000,
        "session=../../x; session=y; session=z",
        "visit=eyJjc3JmX3Rva2VuIjoieCJ9.x.y",
        "visit=.eJwDAAAAAAE.x.y",
        "visit=" + "A" * 6_000,
        "visit=\x80",
        "=;=;=",
        ";" * 900,
        '"' * 50,
        "session=\x01\x02",
        "__Host-session=x; __Host-visit=y",
        "language=en",
    ),
    "Content-Length": ("-1", "x", "99999999999999999999", "1e3", "٣"),
    "Range": ("bytes=0-", "bytes=-1,-2,-3", "x=1-0"),
    "If-None-Match": ("*", '"x"', "W/"),
    "If-Modified-Since": ("gisteren", "Thu, 99 Foo 9999 99:99:99 GMT"),
    "If-Range": ("x",),
    "Referer": ("https://elders.example/x", "\xff"),
    "Origin": ("https://elders.example", "null", "file://"),
    "Sec-Fetch-Site": ("cross-site",),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "x"),
    "Expect": ("100-continue", "x"),
    "Upgrade": ("websocket", "h2c"),
    "Connection": ("close, session", "Upgrade"),
    "User-Agent": ("", "() { :; }; echo", "${jndi:ldap://elders.example}", "\xff" * 900),
    "Max-Forwards": ("x",),
}

Form = dict[str, list[str]]


@dataclass(frozen=True)
class Attack:
    """One request. `body` None: `form` is sent as a browser would. `kind` says what was tried."""

    kind: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    form: Form = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    query: str = ""
    session: str | None = None  # another one than the attacker's own


@dataclass
class Known:
    """What the attacker has: a session with its token, ids of her own, and ids that are not hers."""

    token: str
    tasks: list[tuple[UUID, UUID, Form]]  # her open tasks: case, task, a form that fits
    others: list[tuple[UUID, UUID]]
    required: tuple[str, ...]


class Attacker:
    """Makes attacks from a seed."""

    def __init__(self, seed: int, known: Known) -> None:
        self.random = Random(seed)
        self.known = known
        self._kinds: list[tuple[int, Callable[[], Attack]]] = [
            # what is answered soonest comes most often; a form that is read, checked and shown again costs
            # ten times as much as a refusal
            (4, self.answers),
            (3, self.live_questions),
            (18, self.address),
            (4, self.header),
            (7, self.body),
            (14, self.forged),
            (20, self.going_back),
            (24, self.stranger),
            (1, self.key),
            (3, self.acute),
            (2, self.method),
        ]

    def attack(self) -> Attack:
        weights, kinds = zip(*self._kinds, strict=True)
        return self.random.choices(kinds, weights)[0]()

    # --- each kind ---------------------------------------------------------------------------------

    def answers(self) -> Attack:
        """A form of her own, spoilt in one to four places."""
        path, form = self._task_form()
        return Attack("answers", "POST", path, form=self._spoilt(form))

    def live_questions(self) -> Attack:
        path, form = self._task_form()
        return Attack("questions", "POST", f"{path}/vragen", form=self._spoilt(form))

    def address(self) -> Attack:
        method = self.random.choice(("GET", "GET", "GET", "HEAD", "POST"))
        path = self._path()
        stays = path not in ("/uitloggen", "/even-weg")  # the session is to last for all of them
        form = {"csrf_token": [self.known.token]} if method == "POST" and stays else {}
        query = self.random.choice(
            ("", "", f"terug={self._one(WHERE_TO)}", f"reden={self._text()}", "a" * 5_000)
        )
        return Attack("address", method, path, form=form, query=query[:8_000])

    def header(self) -> Attack:
        names = self.random.sample(sorted(HEADERS), self.random.randint(1, 3))
        headers = tuple((name, self._one(HEADERS[name])) for name in names)
        if self.random.random() < 0.5:
            return Attack("header", "GET", self._own_page(), headers)
        path, form = self._task_form()
        return Attack("header", "POST", path, headers, form=self._spoilt(form))

    def body(self) -> Attack:
        """A body that is not what it says, or not what anybody asked for."""
        path, form = self._task_form()
        token = self.known.token
        made: list[tuple[bytes, str]] = [
            (json.dumps({**form, "typename": "x"}).encode(), "application/json"),
            (
                b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
                "text/xml",
            ),
            (self.random.randbytes(self.random.randint(1, 4_000)), "application/x-www-form-urlencoded"),
            (self.random.randbytes(2_000), "multipart/form-data; boundary=x"),
            (b"--x\r\nContent-Disposition: form-data; name=a", "multipart/form-data; boundary=x"),
            (self._multipart("csrf_token", token) + b"--x\r\n\r\n\r\n", "multipart/form-data; boundary=x"),
            (
                self._multipart("csrf_token", token, 'filename="../../a.php"'),
                "multipart/form-data; boundary=x",
            ),
            (self._multipart("csrf_token", token) + b"--x--", "multipart/form-data; boundary=y"),
            (b"--x\r\n" + b"X-A: b\r\n" * 2_000 + b"\r\n--x--", "multipart/form-data; boundary=x"),
            (f"csrf_token={token}&".encode() + b"a=%" * 5_000, "application/x-www-form-urlencoded"),
            (f"csrf_token={token}&".encode() + b"%ed%a0%80=%ff&" * 200, "application/x-www-form-urlencoded"),
            (f"csrf_token={token}&".encode() + b"&=" * 5_000, "application/x-www-form-urlencoded"),
            (f"csrf_token={token}".encode("utf-16"), "application/x-www-form-urlencoded"),
            (b"", "application/x-www-form-urlencoded"),
        ]
        body, content_type = self.random.choice(made)
        return Attack("body", "POST", path, body=body, content_type=content_type)

    def forged(self) -> Attack:
        """No token, a stranger's, a spoilt one."""
        path, form = self._task_form()
        token = self.known.token
        spoilt = token[:-6] + self.random.choice(("AAAAAA", "======", "é", ""))
        form["csrf_token"] = [self.random.choice(("", "x", spoilt, token * 2, token[::-1], self._text()))]
        if self.random.random() < 0.3:
            del form["csrf_token"]
        where = self.random.choice((path, "/zaken", "/taal", "/uitloggen", "/inloggen", "/even-weg"))
        return Attack("forged", "POST", where, form=form)

    def stranger(self) -> Attack:
        """Anything of the other kinds from somebody who is not signed in: a session that is none of ours."""
        kinds = (self.answers, self.live_questions, self.address, self.key, self.acute, self.body)
        attack = self.random.choice(kinds)()
        session = self._one(("", "x", "../../x", "A" * 43, "\xff" * 30, "' OR 1=1 --"))
        return replace(attack, kind="stranger", session=session)

    def going_back(self) -> Attack:
        form = {
            "csrf_token": [self.known.token],
            "terug": [self._one(WHERE_TO)],
            "taal": [self._one(("nl", "NL", "../en", "\x00", "fr", "x" * 9_000))],
        }
        return Attack("going back", "POST", "/taal", form=form)

    def key(self) -> Attack:
        path, form = self._task_form()
        form["_sleutel"] = [
            self._one(("", "x", "gedeelde-sleutel", "a" * 65, "é" * 10, "\x00" * 9, "../../../x", "a" * 64))
        ]
        if self.random.random() < 0.1:
            return Attack(
                "key", "POST", "/zaken", form={name: form[name] for name in ("csrf_token", "_sleutel")}
            )
        return Attack("key", "POST", path, form=self._spoilt(form) if self.random.random() < 0.9 else form)

    def acute(self) -> Attack:
        """Danger in a case that is not hers, or that is not there."""
        case = self.random.choice([str(case) for case, _ in self.known.others] + list(ODD_IDS))
        return Attack("acute", "POST", f"/zaken/{case}/bellen", form={"csrf_token": [self.known.token]})

    def method(self) -> Attack:
        return Attack("method", self._one(METHODS), self._own_page(), form={"csrf_token": [self.known.token]})

    # --- parts -------------------------------------------------------------------------------------

    def _one(self, of: Sequence[str]) -> str:
        return self.random.choice(of)

    def _text(self) -> str:
        if self.random.random() < 0.2:
            points = [self.random.randrange(0x11_0000) for _ in range(self.random.randint(1, 60))]
            return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)
        return self._one(TEXTS)

    def _task_form(self) -> tuple[str, Form]:
        case, task, form = self.random.choice(self.known.tasks)
        if self.random.random() < 0.1:
            case, task = self.random.choice(self.known.others)
        copy = {name: list(values) for name, values in form.items()}
        if self.random.random() < 0.99:  # most are never fit to be stored, so that the task stays open
            for name in self.known.required:
                copy.pop(name, None)
        return f"/taken/{case}/{task}", copy

    def _spoilt(self, form: Form) -> Form:
        spoilt = dict(form)
        for _ in range(self.random.randint(1, 4)):
            own = [name for name in spoilt if name != "csrf_token"] or ["x"]
            way = self.random.random()
            if way < 0.4:
                spoilt[self._one(own)] = [self._text()]
            elif way < 0.6:
                spoilt[self._one(NAMES)] = [self._text()]
            elif way < 0.7:
                spoilt[self._one(own)] = [self._text() for _ in range(self.random.randint(2, 30))]
            elif way < 0.78:
                spoilt.pop(self._one(own), None)
            elif way < 0.86:
                row, inner = self.random.choice((0, 1, 49, 50, 999999, -1)), self._one(("x", "wat", ""))
                name = f"{self._one(own)}.{row}.{inner}"
                spoilt[name] = [self._text()]
            elif way < 0.94:
                spoilt[f"_rows:{self._one(own)}"] = [self._one(("50", "9999", "-1", "1e9", "", "\x00", "٣"))]
            elif way < 0.97:
                spoilt[f"_{self._one(('add', 'remove'))}:{self._one(own)}"] = ["x"]
            elif way < 0.975:
                spoilt[self._one(own)] = ["x" * 2_000_000]
            elif way < 0.98:
                spoilt |= {f"veld{number}": ["x"] for number in range(5_000)}
            else:
                spoilt["_shown"] = [self._text() for _ in range(50)]
        return spoilt

    def _own_page(self) -> str:
        case, task, _ = self.random.choice(self.known.tasks)
        return self._one(PAGES[:10]).format(case=case, task=task)

    def _path(self) -> str:
        case, task = self.random.choice(self.known.others + [(one, two) for one, two, _ in self.known.tasks])
        odd = self.random.random()
        return self._one(PAGES).format(
            case=case if odd < 0.4 else self._one(ODD_IDS), task=task if odd < 0.7 else self._one(ODD_IDS)
        )

    @staticmethod
    def _multipart(name: str, value: str, extra: str = "") -> bytes:
        said = f'form-data; name="{name}"' + (f"; {extra}" if extra else "")
        return f"--x\r\nContent-Disposition: {said}\r\n\r\n{value}\r\n".encode()
