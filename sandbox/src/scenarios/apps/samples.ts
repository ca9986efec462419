/** What tenants push: an app that answers with a word, one whose image can't be built, and one that ends at once. */
export type Files = Readonly<Record<string, string>>;

const DOCKERFILE = 'FROM python:3\nWORKDIR /app\nCOPY server.py .\nCMD ["python3", "server.py"]\n';

/** Its port is the one that it is told; what it says of itself is what its process has. */
const SERVER = (word: string): string => `
import http.server, json, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        has_keys = any(name.startswith("AWS_ACCESS") or name.startswith("AWS_SECRET") for name in os.environ)
        body = json.dumps({"word": ${JSON.stringify(word)}, "pid": os.getpid(), "has_keys": has_keys}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        print("asked for " + self.path, flush=True)

print("starts as ${word}", flush=True)
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
`;

export const works = (word: string): Files => ({ Dockerfile: DOCKERFILE, 'server.py': SERVER(word) });
export const doesNotBuild = (word: string): Files => ({
  Dockerfile: `${DOCKERFILE}RUN false\n`,
  'server.py': SERVER(word),
});
export const crashes = (word: string): Files => ({
  Dockerfile: DOCKERFILE,
  'server.py': `raise SystemExit(${JSON.stringify(`${word} does not start`)})\n`,
});
