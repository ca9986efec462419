"""A page with what word.txt says; as JSON for whoever does not ask for a page."""

import html
import http.server
import json
import os
import pathlib

WORD = (pathlib.Path(__file__).parent / "word.txt").read_text(encoding="utf-8").strip()
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{word}</title>
<style>body {{ font: 1.2rem system-ui; margin: 4rem auto; max-width: 30rem }} strong {{ color: #0a7 }}</style>
<h1>It runs</h1>
<p>What was pushed says <strong>{word}</strong>.</p>
<p>Process {pid} answers. It has {keys} keys of AWS.</p>
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        has_keys = any(name.startswith(("AWS_ACCESS", "AWS_SECRET")) for name in os.environ)
        if "text/html" in self.headers.get("accept", ""):
            page = PAGE.format(word=html.escape(WORD), pid=os.getpid(), keys="some" if has_keys else "no")
            self.answer("text/html; charset=utf-8", page)
        else:
            self.answer("application/json", json.dumps({"word": WORD, "pid": os.getpid(), "has_keys": has_keys}))

    def answer(self, kind, text):
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        print("asked for " + self.path, flush=True)


print("starts as " + WORD, flush=True)
address = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8080")))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
