"""The placeholder app: says which process answers, and tries what its own role lets it.

GET /                     {"pid", "version", "user", "has_password"}
GET /s3/<verb>/<bucket>   the status of put, get or list there, with the task's own credentials
GET /secret/<name>        the same of reading a secret
GET /logs/<group>         the same of writing into a log group
GET /sql/<schema>         {"state"}: what PostgreSQL says to the task that counts what is in a schema's table `orders`
"""

import http.server
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

VERSION = sys.argv[1] if len(sys.argv) > 1 else "first"
_CALLS = {"put": ("PUT", "/file", b"from a task"), "get": ("GET", "/file", None), "list": ("GET", "?list-type=2", None)}

_SECRET, _STREAM = "secretsmanager.GetSecretValue", "Logs_20140328.CreateLogStream"


def ask_s3(verb, bucket):
    method, path, body = _CALLS[verb]
    request = AWSRequest(method=method, url=f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}{path}", data=body)
    return send(request, S3SigV4Auth, "s3", method, body)


def ask_json(service, target, parameters):
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    body = json.dumps(parameters).encode()
    request = AWSRequest(method="POST", url=f"{os.environ['AWS_ENDPOINT_URL']}/", data=body, headers=headers)
    return send(request, SigV4Auth, service, "POST", body)


def ask_database(schema):
    """With the task's own user and password: 00000, or PostgreSQL's code of the error."""
    script = f"SELECT count(*) FROM {schema}.orders \\g /dev/null\n\\echo :SQLSTATE\n"
    asked = subprocess.run(["psql", "-X", "-q", "-A", "-t"], input=script, capture_output=True, text=True)
    return asked.stdout.strip() or asked.stderr.strip()


def send(request, auth, service, method, body):
    keys = [os.environ[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
    auth(Credentials(*keys), service, os.environ["AWS_REGION"]).add_auth(request)
    signed = urllib.request.Request(request.url, data=body, method=method, headers=dict(request.headers))
    try:
        with urllib.request.urlopen(signed) as response:
            return response.status
    except urllib.error.HTTPError as refused:
        # The services that speak JSON say so in the body, with a status of 400.
        return 403 if b"AccessDenied" in refused.read() else refused.code


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, *parts = self.path.split("/")
        if parts[0] == "s3" and len(parts) == 3 and parts[1] in _CALLS:
            answer = {"status": ask_s3(*parts[1:])}
        elif parts[0] == "secret":
            answer = {"status": ask_json("secretsmanager", _SECRET, {"SecretId": "/".join(parts[1:])})}
        elif parts[0] == "logs":
            name = {"logGroupName": "/" + "/".join(parts[1:]), "logStreamName": f"foreign-{os.getpid()}"}
            answer = {"status": ask_json("logs", _STREAM, name)}
        elif parts[0] == "sql" and parts[1].isidentifier():
            answer = {"state": ask_database(parts[1])}
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
