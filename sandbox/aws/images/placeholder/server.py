"""The placeholder app: says which process answers, and tries at S3 what its own role lets it.

GET /                     {"pid", "version", "user", "has_password"}
GET /s3/<verb>/<bucket>   the status of put, get or list there, with the task's own credentials
"""

import http.server
import json
import os
import sys
import urllib.error
import urllib.request

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

VERSION = sys.argv[1] if len(sys.argv) > 1 else "first"
_CALLS = {"put": ("PUT", "/file", b"from a task"), "get": ("GET", "/file", None), "list": ("GET", "?list-type=2", None)}


def ask_s3(verb, bucket):
    method, path, body = _CALLS[verb]
    keys = [os.environ[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
    request = AWSRequest(method=method, url=f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}{path}", data=body)
    S3SigV4Auth(Credentials(*keys), "s3", os.environ["AWS_REGION"]).add_auth(request)
    signed = urllib.request.Request(request.url, data=body, method=method, headers=dict(request.headers))
    try:
        with urllib.request.urlopen(signed) as response:
            return response.status
    except urllib.error.HTTPError as refused:
        return refused.code


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, *parts = self.path.split("/")
        if parts[0] == "s3" and len(parts) == 3 and parts[1] in _CALLS:
            answer = {"status": ask_s3(*parts[1:])}
        else:
            has_password = bool(os.environ.get("PGPASSWORD"))
            user = os.environ.get("PGUSER")
            answer = {"pid": os.getpid(), "version": VERSION, "user": user, "has_password": has_password}
        payload = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, text, *arguments):
        print(text % arguments, flush=True)


def main():
    print(f"serving as {os.environ.get('PGUSER')}", flush=True)
    http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()


main()
